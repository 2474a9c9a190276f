// To whom an entry of ours is visible already.
import type { KubeObject } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import { isOurs } from "../inventory/ownership.ts";
import { exportToPointer } from "../target/import-entries.ts";

/** Whether an existing entry of ours is visible to all of these namespaces. */
export function sees(entry: KubeObject | undefined, namespaces: readonly string[]): boolean {
  if (!entry || !isOurs(entry)) return false;
  const exportTo = valueAt(entry.body, exportToPointer);
  const names = Array.isArray(exportTo) ? exportTo : [];
  return names.includes("*") || (namespaces.length > 0 && namespaces.every((name) => names.includes(name)));
}

/** These namespaces (sorted) and those that see an existing entry of ours already: a plan widens, and never takes a path back. */
export function widened(entry: KubeObject | undefined, namespaces: readonly string[]): readonly string[] {
  if (!entry) return namespaces;
  const exportTo = entry && isOurs(entry) ? valueAt(entry.body, exportToPointer) : undefined;
  const names = (Array.isArray(exportTo) ? exportTo : []).filter(
    (each: unknown): each is string => typeof each === "string",
  );
  return names.includes("*") ? ["*"] : sortedUnique([...names.filter((name) => name !== "~"), ...namespaces]);
}
