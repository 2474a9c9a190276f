// What a JSON patch leaves behind, and what it demands: told from the object as it is, without sending anything.
import { equalJson, type Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { holds } from "../plan/compare-existing.ts";
import type { PatchOp } from "../plan/plan.ts";

/** Whether the patch's result is there. Fields that the server or others have added below a value do not count. */
export function isResultThere(body: Json, ops: readonly PatchOp[]): boolean {
  const changes = ops.filter(({ op }) => op !== "test");
  return changes.length > 0 && changes.every((op) => isDone(body, op, ops));
}

function isDone(body: Json, op: PatchOp, ops: readonly PatchOp[]): boolean {
  if (op.op === "remove") {
    const seen = valueAt(body, op.path);
    if (seen === undefined) return true;
    // In a list another item may have moved up to the place.
    const tested = testOf(op.path, ops);
    return isInList(body, op.path) && tested !== undefined && !equalJson(seen, tested);
  }
  const seen = op.path.endsWith("/-") ? lastOf(valueAt(body, parentOf(op.path))) : valueAt(body, op.path);
  return holds(seen, op.value, () => null);
}

/** The first field that is not what the patch replaces or removes, or that it would add over something; null: all are right. */
export function unmetDemand(body: Json, ops: readonly PatchOp[]): string | null {
  for (const op of ops) {
    const seen = valueAt(body, op.path);
    // A test of null holds where nothing is (Kubernetes 1.34, evanphx/json-patch 4.12, Patch.test).
    if (op.op === "test" && !equalJson(seen ?? null, op.value)) return op.path;
    const overwrites = op.op === "add" && seen !== undefined && !isInList(body, op.path);
    if (overwrites && testOf(op.path, ops) === undefined) return op.path;
  }
  return null;
}

/** Tests that hold where the result is there: a patch of these alone asks the server, and changes nothing. */
export function testsOfResult(ops: readonly PatchOp[]): PatchOp[] {
  return ops.flatMap((op) =>
    op.op === "add" || op.op === "replace" ? [{ op: "test", path: op.path, value: op.value } as const] : [],
  );
}

function testOf(path: string, ops: readonly PatchOp[]): Json | undefined {
  for (const op of ops) if (op.op === "test" && op.path === path) return op.value;
  return undefined;
}

function isInList(body: Json, path: string): boolean {
  return Array.isArray(valueAt(body, parentOf(path)));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function lastOf(list: Json | undefined): Json | undefined {
  return Array.isArray(list) ? (list as readonly Json[]).at(-1) : undefined;
}
