// What every configuration file is read with: its text with line numbers, the version that it states, and the words for what is wrong.
import { readFile } from "node:fs/promises";
import type { Finding, Produced } from "../core/finding.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { configSyntax, configUnreadable, configVersionUnknown } from "../findings/codes/inputs.ts";
import { type ConfigText, parseConfigText } from "./config-lines.ts";

type Way = readonly PropertyKey[];

/** Reads a file and parses it. The value is null if it cannot be read, is no YAML, or states another version than `expected`. */
export async function readConfigText(file: string, expected: string): Promise<Produced<ConfigText | null>> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    return refused([configUnreadable.at([{ file, line: 0 }], { reason: readReason(error) })]);
  }
  const parsed = parseConfigText(text);
  if (parsed.errors.length > 0) {
    return refused(parsed.errors.map(({ line, reason }) => configSyntax.at([{ file, line }], { reason })));
  }
  const version = isJsonObject(parsed.value) ? parsed.value["apiVersion"] : undefined;
  if (typeof version === "string" && version !== expected) {
    const place = [{ file, line: parsed.lineOf(["apiVersion"]) }];
    return refused([configVersionUnknown.at(place, { found: shown(version), expected })]);
  }
  return { value: parsed, findings: [] };
}

/** Nothing of the file is used; the findings in the order of its lines. */
export function refused(findings: readonly Finding[]): Produced<null> {
  const line = (finding: Finding) => finding.subjects.map((subject) => ("line" in subject ? subject.line : 0))[0] ?? 0;
  return { value: null, findings: [...findings].sort((left, right) => line(left) - line(right)) };
}

/** "meshes[0].name" */
export function fieldText(way: Way): string {
  return way.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? shown(String(part)) : `${text}.${shown(String(part))}`;
  }, "");
}

/** The keys that the schema knows at a place, whichever form of a union has them. */
export function keysAt(schema: Json, way: Way): string[] {
  let forms: Json[] = [schema];
  const open = (json: Json): Json[] => {
    const union = isJsonObject(json) ? json["anyOf"] : undefined;
    return Array.isArray(union) ? (union as readonly Json[]).flatMap(open) : [json];
  };
  for (const part of way) {
    forms = forms.flatMap(open).flatMap((form): Json[] => {
      if (!isJsonObject(form)) return [];
      const properties = form["properties"] ?? null;
      const below =
        typeof part === "number" ? form["items"] : isJsonObject(properties) ? properties[String(part)] : null;
      return below === undefined || below === null ? [] : [below];
    });
  }
  return forms.flatMap(open).flatMap((form) => {
    const properties = isJsonObject(form) ? form["properties"] : null;
    return isJsonObject(properties) ? Object.keys(properties) : [];
  });
}

export function valueAtWay(root: unknown, way: Way): unknown {
  let at = root;
  for (const part of way) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80)).slice(1, -1);
}

export function readReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "it does not exist";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not UTF-8";
  return typeof code === "string" ? code : "unknown error";
}
