// An object of ours as it is now: what is there already is kept where what it was made from is gone.
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Inventory } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";

/** Its body, or null. */
export function oursNow(inventory: Inventory, ref: ObjectRef): Json {
  const object = inventory.clusters.find(({ id }) => id === ref.cluster)?.objects.get(refKey(ref));
  return object && isOurs(object) ? object.body : null;
}
