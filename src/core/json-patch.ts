// JSON patch (RFC 6902), of its operations those that plans use.
import { equalJson, isJsonObject, type Json } from "./json.ts";
import { pointerParts, valueAt, withValueAt } from "./pointer.ts";

export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };

/** The patched value, or the operation that an API server would refuse. */
export function patched(
  root: Json,
  operations: readonly PatchOperation[],
): { readonly value: Json } | { readonly refused: PatchOperation } {
  let value = root;
  for (const operation of operations) {
    const next = operated(value, operation);
    if (next === undefined) return { refused: operation };
    value = next;
  }
  return { value };
}

/** undefined: it cannot be carried out. */
function operated(root: Json, operation: PatchOperation): Json | undefined {
  const { op, path } = operation;
  const seen = valueAt(root, path);
  // A test for null holds where nothing is (observed on Kubernetes 1.34).
  if (op === "test") return equalJson(seen ?? null, operation.value) ? root : undefined;
  if (op !== "add" && seen === undefined) return undefined;
  const last = pointerParts(path).at(-1);
  const above = path.slice(0, path.lastIndexOf("/"));
  const parent = valueAt(root, above);
  if (last === undefined || typeof parent !== "object" || parent === null) return undefined;
  if (Array.isArray(parent)) {
    const items = [...(parent as readonly Json[])];
    const at = last === "-" ? items.length : Number(last);
    if (op === "add") items.splice(at, 0, operation.value);
    else if (op === "replace") items[at] = operation.value;
    else items.splice(at, 1);
    return withValueAt(root, above, items);
  }
  if (!isJsonObject(parent)) return undefined;
  if (op !== "remove") return withValueAt(root, path, operation.value);
  const { [last]: _, ...left } = parent;
  return withValueAt(root, above, left);
}
