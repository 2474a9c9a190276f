// Slots in files: a placeholder where the value goes, and the command that reads the value once it exists.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
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

/** Reads a slot's value as JSON, as the field of a Gateway takes it. */
export function readSlotCommand(slot: Slot): string {
  return `export ${slotVariable(slot.id)}="$(${readCommand(slot)})"`;
}

function readCommand(slot: Slot): string {
  const get = (from: Pick<ObjectRef, "cluster" | "namespace">, word: string, template: string): string =>
    kubectl(from, "get", word, "-o", shellWord(`go-template=${template}`));
  switch (slot.type) {
    case "addresses":
    case "plain-addresses": {
      const { from, type } = slot;
      const plain = '"{{if $a.ip}}{{$a.ip}}{{else}}{{$a.hostname}}{{end}}"';
      const typed =
        '{{if $a.ip}}{"type":"IPAddress","value":"{{$a.ip}}"}{{else}}{"type":"Hostname","value":"{{$a.hostname}}"}{{end}}';
      const item = type === "addresses" ? typed : plain;
      const template = `[{{range $i, $a := ${templatePath(slot.pointer)}}}{{if $i}},{{end}}${item}{{end}}]`;
      return get(from, resourceWord(from), template);
    }
    case "node-port": {
      const { from, port } = slot;
      // Numbers are text here: decoded JSON has floats or integers, depending on kubectl.
      const template = `{{range ${templatePath(slot.pointer)}}}{{if eq (printf "%v" .port) "${port}"}}{{.nodePort}}{{end}}{{end}}`;
      return get(from, resourceWord(from), template);
    }
    case "node-addresses": {
      const address = '{"type":"IPAddress","value":"{{$a.address}}"}';
      const wanted =
        slot.among.length > 0
          ? `or ${slot.among.map((each) => `(eq $a.address ${JSON.stringify(each)})`).join(" ")} false`
          : 'eq $a.type "InternalIP"';
      const template = `{{$c := ""}}[{{range .items}}{{range $a := .status.addresses}}{{if ${wanted}}}{{$c}}${address}{{$c = ","}}{{end}}{{end}}{{end}}]`;
      return get({ cluster: slot.cluster, namespace: null }, "nodes", template);
    }
  }
}

/** A pointer as a Go template's path. */
function templatePath(pointer: string): string {
  return pointerParts(pointer).reduce(
    (outer, part) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/u.test(part)
        ? `${outer === "." ? "" : outer}.${part}`
        : `(index ${outer} ${/^\d+$/u.test(part) ? part : JSON.stringify(part)})`,
    ".",
  );
}
