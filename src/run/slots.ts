// Values that come into being while a plan runs, read where they appear.
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { Slot, Template } from "../target/desired-object.ts";
import { slotValue } from "../target/fill-slots.ts";

/** The slots that a template has places for. */
export function slotsIn(template: Template): string[] {
  const found = new Set<string>();
  const visit = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item);
    else if (isJsonObject(value)) {
      const slot = value["$slot"];
      if (typeof slot === "string") found.add(slot);
      else for (const item of Object.values(value)) visit(item);
    }
  };
  visit(template);
  return [...found];
}

/** What the slot holds now; null: nothing that can be used yet. */
export async function readSlot(slot: Slot, clientOf: (cluster: ClusterId) => ClusterClient): Promise<Json | null> {
  if (slot.type === "node-addresses") {
    const { objects } = await clientOf(slot.cluster).list({ group: "", kind: "Node" });
    const nodes = objects.map(({ body }): Json => body);
    return slotValue(slot, { object: () => undefined, nodes: () => nodes });
  }
  const object = await clientOf(slot.from.cluster).get(slot.from);
  const key = refKey(slot.from);
  return slotValue(slot, { object: (ref) => (refKey(ref) === key ? object?.body : undefined), nodes: () => [] });
}
