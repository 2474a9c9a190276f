// Who has set which field of an object, from metadata.managedFields (Kubernetes, server-side apply; structured-merge-diff, fieldsV1):
// what of it is ours, whether we hold anything that is not wanted any more, and who wrote last.
import { equalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { fieldManager } from "../kube/live/cluster-client.ts";

/** The set of fields that we have applied; null: we have applied nothing. */
function ourSet(body: Json): JsonObject | null {
  for (const entry of entriesOf(body)) {
    const { manager, operation, subresource = "", fieldsV1 = {} } = entry;
    const isOurs = manager === fieldManager && operation === "Apply" && subresource === "";
    if (isOurs && isJsonObject(fieldsV1)) return fieldsV1;
  }
  return null;
}

export function haveApplied(body: Json): boolean {
  return ourSet(body) !== null;
}

/** What we have applied of an object, with what names it; null: nothing. Applied again, it gives the object as we had left it. */
export function ourPart(body: JsonObject): JsonObject | null {
  const set = ourSet(body);
  if (set === null) return null;
  const part = partOf(body, set);
  const { apiVersion = null, kind = null } = body;
  const name = valueAt(body, "/metadata/name") ?? null;
  const namespace = valueAt(body, "/metadata/namespace");
  const owned = isJsonObject(part) ? part : {};
  const metadata = isJsonObject(owned["metadata"]) ? owned["metadata"] : {};
  return {
    apiVersion,
    kind,
    ...owned,
    metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** Whether every field that we hold stands in what is wanted, so that applying it would take nothing away. */
export function holdOnly(body: Json, wanted: Json): boolean {
  const set = ourSet(body);
  return set !== null && standsIn(set, wanted);
}

/** "." says that the map or item itself is held, beside what is in it. */
function children(set: JsonObject): [key: string, below: JsonObject][] {
  return Object.entries(set).flatMap(([key, below]) =>
    key === "." ? [] : [[key, isJsonObject(below) ? below : {}] as [string, JsonObject]],
  );
}

function partOf(value: Json, set: JsonObject): Json {
  const inside = children(set);
  if (inside.length === 0) return Object.hasOwn(set, ".") ? emptied(value) : value;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item, index) => {
      const at = inside.find(([key]) => isItem(key, item, index));
      if (!at) return [];
      const [key, below] = at;
      return [key.startsWith("k:") ? partOf(item, below) : item];
    });
  }
  if (!isJsonObject(value)) return value;
  const part: Record<string, Json> = {};
  for (const [key, below] of inside) {
    const name = key.slice("f:".length);
    const held = key.startsWith("f:") && Object.hasOwn(value, name) ? value[name] : undefined;
    if (held !== undefined) part[name] = partOf(held, below);
  }
  return part;
}

function emptied(value: Json): Json {
  if (Array.isArray(value)) return [];
  return isJsonObject(value) ? {} : value;
}

function standsIn(set: JsonObject, wanted: Json | undefined): boolean {
  const inside = children(set);
  if (inside.length === 0) return wanted !== undefined;
  return inside.every(([key, below]) => {
    if (key.startsWith("f:")) {
      const name = key.slice("f:".length);
      return isJsonObject(wanted) && Object.hasOwn(wanted, name) && standsIn(below, wanted[name]);
    }
    const items: readonly Json[] = Array.isArray(wanted) ? (wanted as readonly Json[]) : [];
    const item = items.find((each, index) => isItem(key, each, index));
    if (item === undefined) return false;
    return !key.startsWith("k:") || standsInItem(below, item, key);
  });
}

/** The keys of an item may be defaults of the server (a port's protocol), which nobody has written. */
function standsInItem(below: JsonObject, item: Json, key: string): boolean {
  const keys = new Set(Object.keys(keysOf(key)));
  return children(below).every(
    ([name, deeper]) => keys.has(name.slice("f:".length)) || standsIn({ [name]: deeper }, item),
  );
}

/** "k:{…}": an item with these keys; "v:…": this value; "i:…": a place. */
function isItem(key: string, item: Json, index: number): boolean {
  if (key.startsWith("v:")) return equalJson(parsed(key.slice("v:".length)), item);
  if (key.startsWith("i:")) return Number(key.slice("i:".length)) === index;
  if (!key.startsWith("k:") || !isJsonObject(item)) return false;
  return Object.entries(keysOf(key)).every(([name, value]) => !Object.hasOwn(item, name) || item[name] === value);
}

function keysOf(key: string): JsonObject {
  const value = parsed(key.slice("k:".length));
  return isJsonObject(value) ? value : {};
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** Who last wrote anything but the status, as managedFields say; "nobody known" where they say nothing. */
export function lastWriter(body: Json): string {
  let last = { manager: "nobody known", time: "" };
  for (const { manager, time = "", subresource = "" } of entriesOf(body)) {
    if (typeof manager !== "string" || typeof time !== "string" || subresource !== "") continue;
    if (manager !== fieldManager && time >= last.time) last = { manager, time };
  }
  return last.manager;
}

function entriesOf(body: Json): JsonObject[] {
  const entries = valueAt(body, "/metadata/managedFields");
  return Array.isArray(entries) ? (entries as readonly Json[]).filter(isJsonObject) : [];
}
