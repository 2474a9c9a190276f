// What is there already, held against what must be: the plan has a step only for what is missing.
import { equalJson, isJsonObject, type Json } from "../core/json.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { withValueAt } from "../core/pointer.ts";
import type { Inventory } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import type { Slot } from "../target/desired-object.ts";
import { type SlotSource, slotValue } from "../target/fill-slots.ts";

/** "same": nothing to do; "ours": an object of ours that differs; "foreign": somebody else's. */
export type Existing = "absent" | "same" | "ours" | "foreign";

/** Objects of all clusters, as they were read. */
export type ObjectLookup = (ref: ObjectRef) => KubeObject | undefined;

export function objectLookup(inventory: Inventory): ObjectLookup {
  const clusters = new Map(inventory.clusters.map((cluster) => [cluster.id, cluster]));
  return (ref) => {
    const cluster = clusters.get(ref.cluster);
    // Before a migration there is none yet of most kinds that are asked for: then the longer text is not even made.
    return cluster?.byKind.has(kindKey(ref)) === true ? cluster.objects.get(refKey(ref)) : undefined;
  };
}

/** What slots hold in the clusters as they were read. */
export function slotSource(inventory: Inventory, lookup: ObjectLookup): SlotSource {
  const nodes = new Map<string, readonly Json[]>(
    inventory.clusters.map(({ id, typed }) => [id, typed.Node.map(({ object }) => object.body)]),
  );
  return { object: (ref) => lookup(ref)?.body, nodes: (cluster) => nodes.get(cluster) ?? [] };
}

/** Compares a desired object with the one of its name; fields that only the server or others set do not count. `wanted` is asked for only where there is one. */
export function compareExisting(
  lookup: ObjectLookup,
  ref: ObjectRef,
  wanted: () => Json,
  slots: readonly Slot[],
  source: SlotSource,
): Existing {
  const object = lookup(ref);
  if (!object) return "absent";
  if (!isOurs(object)) return "foreign";
  // The version under which an object was read is the server's choice.
  const whole = withValueAt(wanted(), "/apiVersion", object.apiVersion);
  return holds(object.body, whole, (id) => valueNow(source, slots, id)) ? "same" : "ours";
}

/** What a slot's object holds as it was read; null: it was not supplied, or holds nothing yet. */
function valueNow(source: SlotSource, slots: readonly Slot[], id: string): Json | null {
  const slot = slots.find((each) => each.id === id);
  return slot ? slotValue(slot, source) : null;
}

/** Whether everything that is wanted stands in what is seen. A slot's value that is not known counts as equal. */
export function holds(seen: Json | undefined, wanted: Json, valueOf: (slot: string) => Json | null): boolean {
  if (isJsonObject(wanted)) {
    const slot = wanted["$slot"];
    if (typeof slot === "string") {
      const value = valueOf(slot);
      return seen !== undefined && (value === null || equalJson(seen, value));
    }
    return (
      isJsonObject(seen) &&
      Object.entries(wanted).every(([key, value]) =>
        holds(Object.hasOwn(seen, key) ? seen[key] : undefined, value, valueOf),
      )
    );
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(seen) &&
      seen.length === wanted.length &&
      wanted.every((value: Json, index) => holds(seen[index] as Json, value, valueOf))
    );
  }
  return seen !== undefined && equalJson(seen, wanted);
}
