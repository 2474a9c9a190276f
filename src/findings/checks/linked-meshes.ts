// Which meshes federation joins: directly, and over others in between.
import type { MeshId } from "../../core/ids.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import type { CheckInput } from "./check.ts";

export interface LinkedMeshes {
  /** Every mesh at the end of a link, in the order of their ids. */
  readonly all: readonly Mesh[];
  /** Those that links join, over however many others; each group and its members in the order of ids. */
  readonly groups: readonly (readonly Mesh[])[];
  readonly areLinked: (one: Mesh, other: Mesh) => boolean;
}

export function linkedMeshes({ inventory, federation }: Pick<CheckInput, "inventory" | "federation">): LinkedMeshes {
  const partners = new Map<MeshId, Set<MeshId>>();
  for (const { ends, rejected } of federation.links) {
    if (rejected !== null) continue;
    const [{ mesh: one }, { mesh: other }] = ends;
    partners.set(one, (partners.get(one) ?? new Set()).add(other));
    partners.set(other, (partners.get(other) ?? new Set()).add(one));
  }
  const all = inventory.meshes.filter(({ id }) => partners.has(id));
  const left = new Set(all.map(({ id }) => id));
  const groups: Mesh[][] = [];
  for (const mesh of all) {
    if (!left.has(mesh.id)) continue;
    const group = new Set([mesh.id]);
    // A set's loop also visits what is added while it runs.
    for (const id of group) for (const partner of partners.get(id) ?? []) group.add(partner);
    for (const id of group) left.delete(id);
    groups.push(all.filter(({ id }) => group.has(id)));
  }
  return { all, groups, areLinked: (one, other) => partners.get(one.id)?.has(other.id) === true };
}
