// To whom an entry of ours is visible already.
import type { KubeObject } from "../core/object-ref.ts";
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
