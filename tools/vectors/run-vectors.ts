// The command behind `npm run vectors`: answers every case, compares, prints.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { answerCase } from "./answer-case.ts";
import { compareAnswers, type Difference } from "./compare-answers.ts";
import { readVectors, UnreadableVectors, type Vector } from "./read-vectors.ts";

export interface Output {
  readonly line: (text: string) => void;
  readonly problem: (text: string) => void;
}

/** 0: all agree; 1: a difference; 2: the file or the command line cannot be used. */
export type ExitCode = 0 | 1 | 2;

const USAGE = "usage: npm run vectors -- FILE [--verbose] [--answers OUT.jsonl]";

interface Flags {
  readonly file: string;
  readonly verbose: boolean;
  readonly answers: string | null;
}

function readFlags(args: readonly string[]): Flags | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { verbose: { type: "boolean", default: false }, answers: { type: "string" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return "exactly one FILE is expected";
    return { file, verbose: values.verbose, answers: values.answers ?? null };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Our answer as plain JSON, as it would stand in a file. */
export function jsonAnswer(vector: Vector): JsonObject {
  const answer: unknown = JSON.parse(JSON.stringify(answerCase(vector.case)));
  return isJsonObject(answer) ? answer : {};
}

function printDifferences(id: string, differences: readonly Difference[], output: Output): void {
  for (const { field, ours, theirs } of differences) {
    output.line(`${id}: ${field}`);
    output.line(`  ours:   ${JSON.stringify(ours)}`);
    output.line(`  theirs: ${JSON.stringify(theirs)}`);
  }
}

function writeAnswers(path: string, lines: readonly string[]): void {
  try {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableVectors(`${path}: the answers cannot be written: ${why}`, { cause: error });
  }
}

function compareAll({ file, verbose, answers }: Flags, output: Output): ExitCode {
  const vectors = readVectors(file);
  const asks = vectors.find(({ oracle }) => oracle === null);
  if (asks !== undefined && answers === null) {
    throw new UnreadableVectors(`${asks.place}: ${asks.id} has no "oracle": there is nothing to compare with`);
  }
  let agree = 0;
  let differ = 0;
  const written: string[] = [];
  for (const vector of vectors) {
    const ours = jsonAnswer(vector);
    if (answers !== null) written.push(JSON.stringify({ id: vector.id, oracle: ours }));
    if (vector.oracle === null) continue;
    const differences = compareAnswers(ours, vector.oracle);
    if (differences.length === 0) agree += 1;
    else {
      differ += 1;
      if (verbose) printDifferences(vector.id, differences, output);
      else output.line(`${vector.id}: ${differences.length} field(s) differ, first ${differences[0]?.field ?? ""}`);
    }
  }
  if (answers !== null) writeAnswers(answers, written);
  output.line(`agree ${agree}, differ ${differ}`);
  return differ === 0 ? 0 : 1;
}

/** Runs the command; only a bug of ours throws. */
export function runVectors(args: readonly string[], output: Output): ExitCode {
  const flags = readFlags(args);
  if (typeof flags === "string") {
    output.problem(`${flags}\n${USAGE}`);
    return 2;
  }
  try {
    return compareAll(flags, output);
  } catch (error) {
    if (!(error instanceof UnreadableVectors)) throw error;
    output.problem(error.message);
    return 2;
  }
}
