// Reads what other programs wrote, as JSON or not: nothing is believed of its shape.
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { Unreadable } from "./unseen-failure.ts";

/** More than a proxy of thousands of services says; beyond it something is wrong. */
const largestAnswer = 64 * 1024 * 1024;

export function parseJson(text: string, what: string): Json {
  if (text.length > largestAnswer) throw new Unreadable(`${what} is larger than 64 MiB`);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Unreadable(`${what} is no JSON: ${text.slice(0, 80)}`);
  }
}

export function list(value: Json | undefined, path = ""): readonly Json[] {
  const found = path === "" ? value : valueAt(value, path);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

export function objects(value: Json | undefined, path = ""): readonly JsonObject[] {
  return list(value, path).filter(isJsonObject);
}

export function text(value: Json | undefined, path: string): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : "";
}

/** Envoy writes 64-bit numbers as texts, and leaves out zeros. */
export function count(value: Json | undefined, path: string): number {
  const number = Number(valueAt(value, path) ?? 0);
  return Number.isFinite(number) ? number : 0;
}
