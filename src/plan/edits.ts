// Differences between two versions of somebody else's object, as guarded JSON patch operations and their inverse.
import { equalJson, isJsonObject, type Json } from "../core/json.ts";
import { compareText } from "../core/order.ts";
import { type Pointer, pointer, pointerParts } from "../core/pointer.ts";
import type { PatchOp } from "./plan.ts";

/** One field that differs; undefined: absent. */
export interface Edit {
  readonly path: Pointer;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** The fields in which two values differ: the highest ones that are absent on one side, else the lowest that are no objects. */
export function editsBetween(before: Json, after: Json, at: readonly string[] = []): Edit[] {
  if (!isJsonObject(before) || !isJsonObject(after)) {
    return equalJson(before, after) ? [] : [{ path: pointer(...at), before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareText);
  return keys.flatMap((key) => {
    const left = Object.hasOwn(before, key) ? before[key] : undefined;
    const right = Object.hasOwn(after, key) ? after[key] : undefined;
    const path = [...at, key];
    if (left === undefined || right === undefined) return [{ path: pointer(...path), before: left, after: right }];
    return editsBetween(left, right, path);
  });
}

/** The edits as JSON patch operations; every value that is replaced or removed is tested first (RFC 6902). */
export function patchOf(edits: readonly Edit[]): PatchOp[] {
  return edits.flatMap(({ path, before, after }): PatchOp[] => {
    if (before === undefined) return after === undefined ? [] : [{ op: "add", path, value: after }];
    const test: PatchOp = { op: "test", path, value: before };
    return after === undefined ? [test, { op: "remove", path }] : [test, { op: "replace", path, value: after }];
  });
}

/** The edits that take back the given ones. */
export function inverted(edits: readonly Edit[]): Edit[] {
  return edits.map(({ path, before, after }) => ({ path, before: after, after: before }));
}

/** A copy of an object without the field at the pointer; unchanged where it is absent. */
export function withoutValueAt(root: Json, path: Pointer): Json {
  const [head, ...rest] = pointerParts(path);
  if (head === undefined || !isJsonObject(root) || !Object.hasOwn(root, head)) return root;
  const copy: Record<string, Json> = Object.fromEntries(Object.entries(root));
  if (rest.length === 0) delete copy[head];
  else copy[head] = withoutValueAt(copy[head] ?? null, pointer(...rest));
  return copy;
}
