// Slots in files: a placeholder where the value goes, and the command that reads the value once it exists.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { pointerParts } from "../../core/pointer.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Slot } from "../../target/desired-object.ts";
import { kubectl, resourceWord } from "./kubectl.ts";
import { variableName } from "./safe-name.ts";
import { shellWord } from "./shell-word.ts";

/** "${SLOT_…}": what stands in a manifest where a slot's value goes. */
export function placeholder(slot: string): string {
  return `\${${slotVariable(slot)}}`;
}

export function slotVariable(slot: string): string {
  return variableName("SLOT", slot);
}

/** The value with a placeholder for every `{"$slot": ID}`. */
export function withPlaceholders(value: Json): Json {
  const slot = slotOf(value);
  if (slot !== null) return placeholder(slot);
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaceholders(item)]));
}

/** The slots that a value needs, sorted. */
export function slotsIn(value: Json): string[] {
  const found = new Set<string>();
  addSlots(value, found);
  return sortedUnique(found);
}

/** Whether the value needs a slot. */
export function holdsSlot(value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) if (holdsSlot(item)) return true;
    return false;
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object)) {
    const item = object[key] ?? null;
    if (typeof item === "object" ? holdsSlot(item) : key === "$slot" && typeof item === "string") return true;
  }
  return false;
}

function addSlots(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) addSlots(item, found);
  if (!isJsonObject(value)) return;
  const slot = slotOf(value);
  if (slot === null) for (const key of Object.keys(value)) addSlots(value[key] ?? null, found);
  else found.add(slot);
}

function slotOf(value: Json): string | null {
  return isJsonObject(value) && typeof value["$slot"] === "string" ? value["$slot"] : null;
}

/** Reads load-balancer addresses as the JSON list that a Gateway's `spec.addresses` takes, or as a list of plain texts. */
export function readSlotCommand({ id, from, pointer, type }: Slot): string {
  const path = pointerParts(pointer).reduce(
    (outer, part) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/u.test(part)
        ? `${outer === "." ? "" : outer}.${part}`
        : `(index ${outer} ${/^\d+$/u.test(part) ? part : JSON.stringify(part)})`,
    ".",
  );
  const plain = '"{{if $a.ip}}{{$a.ip}}{{else}}{{$a.hostname}}{{end}}"';
  const typed =
    '{{if $a.ip}}{"type":"IPAddress","value":"{{$a.ip}}"}{{else}}{"type":"Hostname","value":"{{$a.hostname}}"}{{end}}';
  const item = type === "addresses" ? typed : plain;
  const template = `[{{range $i, $a := ${path}}}{{if $i}},{{end}}${item}{{end}}]`;
  return `export ${slotVariable(id)}="$(${kubectl(from, "get", resourceWord(from), "-o", shellWord(`go-template=${template}`))})"`;
}
