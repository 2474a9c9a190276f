// JSON pointers (RFC 6901): how plans, patches and findings name a field.
import { isJsonObject, type Json } from "./json.ts";

export type Pointer = string;

/** "/spec/ports/0" from its parts; "~" and "/" inside a part are escaped. */
export function pointer(...parts: readonly (string | number)[]): Pointer {
  return parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

const parsed = new Map<Pointer, readonly string[]>();
const mostParsed = 1_000;

/** The parts of a pointer, unescaped. */
export function pointerParts(path: Pointer): readonly string[] {
  if (path === "") return [];
  const known = parsed.get(path);
  if (known) return known;
  const parts = path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  // A rehearsal asks millions of times for the same few fields; what a plan's own pointers add is let go again.
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(path, parts);
  return parts;
}

/** The value at a pointer, or undefined. Looks at own properties only. */
export function valueAt(root: Json | undefined, path: Pointer): Json | undefined {
  let at: Json | undefined = root;
  for (const part of pointerParts(path)) {
    if (Array.isArray(at)) at = at[Number(part)] as Json | undefined;
    else if (isJsonObject(at) && Object.hasOwn(at, part)) at = at[part];
    else return undefined;
  }
  return at;
}

/** A copy of `root` in which the pointer holds `value`; missing objects on the way are made. */
export function withValueAt(root: Json, path: Pointer, value: Json): Json {
  const [head, ...rest] = pointerParts(path);
  if (head === undefined) return value;
  const below = pointer(...rest);
  if (Array.isArray(root)) {
    const copy = [...root];
    copy[Number(head)] = withValueAt(copy[Number(head)] ?? {}, below, value);
    return copy;
  }
  const object = isJsonObject(root) ? root : {};
  return { ...object, [head]: withValueAt(Object.hasOwn(object, head) ? (object[head] ?? {}) : {}, below, value) };
}
