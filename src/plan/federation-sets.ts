// The export and import sets of links that can be retired.
import { refKey } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import { findTyped, type Typed } from "../inventory/cluster.ts";
import { clusterOf } from "../inventory/mesh.ts";
import type { PlanContext } from "./plan-context.ts";

type SetKind = "ExportedServiceSet" | "ImportedServiceSet";

/** The sets of one kind at both ends of every retirable link, in the order of refKey. */
export function federationSets<K extends SetKind>(
  context: PlanContext,
  kind: K,
): Typed<`${K}.federation.maistra.io`>[] {
  const meshes = new Map(context.inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const sets = context.federation.links
    .filter(({ id }) => context.retirableLinks.has(id))
    .flatMap(({ ends }) =>
      ends.flatMap(({ mesh: id, peer }) => {
        const mesh = meshes.get(id);
        const set: Typed<`${K}.federation.maistra.io`> | undefined =
          mesh &&
          findTyped(clusterOf(context.inventory, mesh), `${kind}.federation.maistra.io`, mesh.namespace, peer.name);
        return set ? [set] : [];
      }),
    );
  return sortedBy(sets, ({ ref }) => refKey(ref));
}
