// JSON patch (RFC 6902) as an API server carries it out: the operations that plans use, with every refusal that matters.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { equalJson } from "../../src/core/json.ts";
import { pointerParts, valueAt } from "../../src/core/pointer.ts";
import type { PatchOp } from "../../src/plan/plan.ts";

/** The patched copy; throws where an API server would refuse. */
export function applyPatch(body: Json, ops: readonly PatchOp[]): Json {
  let copy = structuredClone<Json>(body);
  for (const op of ops) copy = applyOne(copy, op);
  return copy;
}

function applyOne(root: Json, op: PatchOp): Json {
  const parts = [...pointerParts(op.path)];
  const last = parts.pop();
  if (last === undefined) throw new Error("a patch of the whole document");
  const parentPath = op.path.slice(0, op.path.lastIndexOf("/"));
  const parent = valueAt(root, parentPath) as Record<string, Json> | Json[] | undefined;
  if (parent === undefined) throw new Error(`${op.op} ${op.path}: no parent`);
  const seen = valueAt(root, op.path);
  if (op.op === "test") {
    if (!equalJson(seen ?? null, op.value)) throw new Error(`test ${op.path} failed`);
    return root;
  }
  if (op.op !== "add" && seen === undefined) throw new Error(`${op.op} ${op.path}: not there`);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if (op.op === "add") parent.splice(index, 0, op.value);
    else if (op.op === "replace") parent[index] = op.value;
    else parent.splice(index, 1);
  } else if (isJsonObject(parent)) {
    if (op.op === "remove") delete parent[last];
    else parent[last] = op.value;
  }
  return root;
}
