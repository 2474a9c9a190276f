// plan.json: keys sorted, one line per step, route, object and finding, so that two plans can be compared line by line.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/order.ts";
import type { Plan } from "../../plan/plan.ts";
import { printable } from "../model/json-text.ts";

/** The plan as JSON text. The same plan gives the same bytes, whatever the order of its keys. */
export function planJson(plan: Plan): string {
  const value = plan as unknown as JsonObject;
  return `{\n${members(value, (item, key) => (key === "phases" ? phasesText(item) : lined(item))).join(",\n")}\n}\n`;
}

function phasesText(phases: Json): string {
  if (!Array.isArray(phases) || phases.length === 0) return compact(phases);
  const texts = phases.map((phase: Json) =>
    isJsonObject(phase)
      ? `{${members(phase, (item, key) => (key === "steps" ? lined(item) : compact(item))).join(",\n")}}`
      : compact(phase),
  );
  return `[\n${texts.join(",\n")}\n]`;
}

/** A list or an object with a line for each of its items; everything else in one line. */
function lined(value: Json): string {
  if (Array.isArray(value) && value.length > 0) return `[\n${value.map(compact).join(",\n")}\n]`;
  if (isJsonObject(value) && Object.keys(value).length > 0) return `{\n${members(value, compact).join(",\n")}\n}`;
  return compact(value);
}

function members(value: JsonObject, text: (item: Json, key: string) => string): string[] {
  return sortedKeys(value).map((key) => `${quoted(key)}:${text(value[key] ?? null, key)}`);
}

function compact(value: Json): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) text += text === "" ? compact(item) : `,${compact(item)}`;
    return `[${text}]`;
  }
  const object = value as JsonObject;
  for (const key of sortedKeys(object)) {
    text += `${text === "" ? "" : ","}${quoted(key)}:${compact(object[key] ?? null)}`;
  }
  return `{${text}}`;
}

/** Most objects of a plan were made with their keys in the same few orders: sorting is left out where it is not needed. */
function sortedKeys(value: JsonObject): string[] {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] ?? "") > (keys[at] ?? "")) return keys.sort(compareText);
  }
  return keys;
}

const plain = /^[ !#-[\]-~]*$/u;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : printable(JSON.stringify(text));
}
