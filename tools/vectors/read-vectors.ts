// Reads a file of vectors: one JSON object per line, `{id, case, oracle}`, plain or gzipped.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { type VectorCase, vectorCase } from "./vector-case.ts";

export interface Vector {
  readonly id: string;
  /** "file:line". */
  readonly place: string;
  readonly case: VectorCase;
  /** What the real federation code answered; null where a line only asks. */
  readonly oracle: JsonObject | null;
}

/** The user's file cannot be used: where, what, why. */
export class UnreadableVectors extends Error {
  override readonly name = "UnreadableVectors";
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (gzipped ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableVectors(`${path}: the file cannot be read: ${why}`, { cause: error });
  }
}

function parseLine(line: string, place: string): Vector {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableVectors(`${place}: the line is not JSON: ${why}`, { cause: error });
  }
  if (!isJsonObject(parsed)) throw new UnreadableVectors(`${place}: the line is not a JSON object`);
  const { id, oracle } = parsed;
  if (typeof id !== "string") throw new UnreadableVectors(`${place}: "id" is not a text`);
  const asked = vectorCase.safeParse(parsed["case"]);
  if (!asked.success) {
    const issue = asked.error.issues[0];
    const field = ["case", ...(issue?.path ?? [])].join(".");
    throw new UnreadableVectors(`${place}: "${field}" of ${id} has the wrong form: ${issue?.message ?? "unknown"}`);
  }
  if (oracle === undefined) return { id, place, case: asked.data, oracle: null };
  if (!isJsonObject(oracle) || !isJsonObject(oracle["exporter"]) || !isJsonObject(oracle["importer"])) {
    throw new UnreadableVectors(`${place}: "oracle" of ${id} is not an object with "exporter" and "importer"`);
  }
  return { id, place, case: asked.data, oracle };
}

/** All vectors of a file, in its order. Throws UnreadableVectors. */
export function readVectors(path: string): readonly Vector[] {
  const vectors: Vector[] = [];
  for (const [index, line] of textOf(path).split("\n").entries()) {
    if (line.trim() !== "") vectors.push(parseLine(line, `${path}:${index + 1}`));
  }
  if (vectors.length === 0) throw new UnreadableVectors(`${path}: the file holds no vectors: it has no lines`);
  return vectors;
}
