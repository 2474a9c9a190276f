// JSON values, and the one canonical text form that every hash and every comparison of objects is made from.
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON text with the keys of every object in code-unit order: equal values give equal bytes. */
export function canonicalJson(value: Json): string {
  // Most values have their keys in order already; then the engine's own writer says the same, four times as fast.
  if (hasSortedKeys(value)) return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) text += `${text === "" ? "" : ","}${canonicalJson(item)}`;
    return `[${text}]`;
  }
  const object = value as JsonObject;
  // Without a comparison function texts are compared by code unit (ECMAScript, SortCompare).
  for (const key of Object.keys(object).sort()) {
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(object[key] ?? null)}`;
  }
  return `{${text}}`;
}

/** The value with the keys of its objects in code-unit order (whole numbers first, as JavaScript has them); itself where they are. */
export function sortedKeys(value: JsonObject): JsonObject;
export function sortedKeys(value: Json): Json;
export function sortedKeys(value: Json): Json {
  // Most values are in order: seeing so makes nothing, and tens of thousands of templates are asked for.
  return hasSortedKeys(value) ? value : withSortedKeys(value);
}

function withSortedKeys(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => sortedKeys(item));
  const object = value as JsonObject;
  const sorted: Record<string, Json> = {};
  for (const key of Object.keys(object).sort()) {
    const item = sortedKeys(object[key] ?? null);
    // Assigned, this one key would set the prototype.
    if (key === "__proto__") Object.defineProperty(sorted, key, { value: item, ...ownProperty });
    else sorted[key] = item;
  }
  return sorted;
}

const ownProperty = { configurable: true, enumerable: true, writable: true } as const;

function hasSortedKeys(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) if (!hasSortedKeys(item)) return false;
    return true;
  }
  const object = value as JsonObject;
  let before = "";
  for (const key of Object.keys(object)) {
    if (key < before || !hasSortedKeys(object[key])) return false;
    before = key;
  }
  return true;
}

/** Deep equality of JSON values; the order of keys does not count. Makes no texts: tens of thousands of values are compared in a rehearsal. */
export function equalJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) return areListsEqual(left, right);
  const [one, other] = [left as JsonObject, right as JsonObject];
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && equalJson(one[key] ?? null, other[key] ?? null));
}

function areListsEqual(left: Json, right: Json): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return (left as readonly Json[]).every((each, at) => equalJson(each ?? null, (right as readonly Json[])[at] ?? null));
}
