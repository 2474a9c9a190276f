// JSON patch (RFC 6902) on plain values, and its inverse, so that a plan's patches can be shown and undone from files.
import { isJsonObject, type Json } from "../../core/json.ts";
import { pointer, pointerParts, valueAt } from "../../core/pointer.ts";
import type { PatchOp } from "../../plan/plan.ts";

/** A copy of `body` after one operation. An operation that fits nowhere changes nothing. */
export function patched(body: Json, op: PatchOp): Json {
  return op.op === "test" ? body : changedAt(body, pointerParts(op.path), op);
}

function changedAt(at: Json, path: readonly string[], op: Exclude<PatchOp, { readonly op: "test" }>): Json {
  const [key, ...rest] = path;
  if (key === undefined) return op.op === "remove" ? null : op.value;
  if (Array.isArray(at)) {
    const index = key === "-" ? at.length : Number(key);
    if (rest.length > 0) return at.map((item: Json, place) => (place === index ? changedAt(item, rest, op) : item));
    if (op.op === "remove") return at.toSpliced(index, 1);
    return at.toSpliced(index, op.op === "add" ? 0 : 1, op.value);
  }
  if (!isJsonObject(at)) return at;
  if (rest.length === 0) {
    const others = Object.entries(at).filter(([name]) => name !== key);
    return Object.fromEntries(op.op === "remove" ? others : [...others, [key, op.value]]);
  }
  return Object.hasOwn(at, key) ? { ...at, [key]: changedAt(at[key] ?? null, rest, op) } : at;
}

/**
 * The operations that put back what was before, each guarded by a test of what the patch left behind. null where
 * neither `current` nor a test operation says what was before.
 */
export function inversePatch(ops: readonly PatchOp[], current: Json | undefined): PatchOp[] | null {
  const inverse: PatchOp[][] = [];
  const tested = new Map<string, Json>();
  let body = current;
  for (const op of ops) {
    if (op.op === "test") {
      tested.set(op.path, op.value);
      continue;
    }
    const back = inverseOf(op, tested.get(op.path), body);
    if (back === null) return null;
    inverse.unshift(back);
    body = body === undefined ? undefined : patched(body, op);
  }
  return inverse.flat();
}

type Change = Exclude<PatchOp, { readonly op: "test" }>;

function inverseOf(op: Change, tested: Json | undefined, body: Json | undefined): PatchOp[] | null {
  const parts = pointerParts(op.path);
  const parent = body === undefined ? undefined : valueAt(body, pointer(...parts.slice(0, -1)));
  const before = tested ?? (body === undefined ? undefined : valueAt(body, op.path));
  if (op.op === "remove") return before === undefined ? null : [{ op: "add", path: op.path, value: before }];
  const list = op.path.endsWith("/-") || Array.isArray(parent);
  if (op.op === "add" && list) {
    if (!Array.isArray(parent)) return null;
    const index = parts.at(-1) === "-" ? parent.length : Number(parts.at(-1));
    const path = pointer(...parts.slice(0, -1), index);
    return [
      { op: "test", path, value: op.value },
      { op: "remove", path },
    ];
  }
  const guard: PatchOp = { op: "test", path: op.path, value: op.value };
  if (before !== undefined) return [guard, { op: "replace", path: op.path, value: before }];
  return body === undefined ? null : [guard, { op: "remove", path: op.path }];
}
