// What of federation can be retired: a link whose imports are all carried; a group of meshes whose links all can.
import type { Finding } from "../core/finding.ts";
import type { LinkId, MeshId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import type { Federation } from "../federation/federation.ts";
import { linkStays } from "../findings/codes/plan.ts";
import { coverageOf, findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";

const importedSets = "ImportedServiceSet.federation.maistra.io";

/** Links over which nothing runs that has no new path. */
export function retirableLinks(
  inventory: Inventory,
  federation: Federation,
  routes: readonly Route[],
): ReadonlySet<LinkId> {
  const kept = new Set([
    ...routes.filter(({ carry }) => carry.mode === "none").flatMap(({ backends }) => backends.map(({ link }) => link)),
    ...linksWithUnknownImports(inventory, federation),
  ]);
  return new Set(federation.links.map(({ id }) => id).filter((id) => !kept.has(id)));
}

/** Links with offers of which nobody can say whether they are imported: the import sets of that end were not supplied, or not readable. */
function linksWithUnknownImports(inventory: Inventory, federation: Federation): ReadonlySet<LinkId> {
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const ends = new Map(federation.links.flatMap((link) => link.ends.map((end) => [`${link.id}|${end.mesh}`, end])));
  const unknown = federation.unimported.filter(({ link, importer }) => {
    const mesh = meshes.get(importer);
    const end = ends.get(`${link}|${importer}`);
    if (!mesh || !end) return false;
    const cluster = clusterOf(inventory, mesh);
    if (findTyped(cluster, importedSets, mesh.namespace, end.peer.name)) return false;
    const unreadable = cluster.objects.has(refKey({ ...end.peer, kind: "ImportedServiceSet" }));
    return unreadable || ["not-supplied", "forbidden"].includes(coverageOf(cluster, importedSets));
  });
  return new Set(unknown.map(({ link }) => link));
}

/**
 * Groups of meshes joined by links. All peers of a mesh go in one step and both ends of a link within one resync, so a
 * group goes as a whole or stays: a peer without its other end blocks its istiod, and while any peer is left, roots of
 * domains without a peer are not trusted (Maistra 2.5).
 */
export function retirableGroups(
  inventory: Inventory,
  federation: Federation,
  links: ReadonlySet<LinkId>,
): readonly (readonly Mesh[])[] {
  const groupOf = new Map<MeshId, Set<MeshId>>();
  for (const { ends } of federation.links) {
    const merged = new Set<MeshId>();
    for (const { mesh } of ends) for (const id of groupOf.get(mesh) ?? [mesh]) merged.add(id);
    for (const id of merged) groupOf.set(id, merged);
  }
  const stays = new Set<MeshId>(federation.unpaired.map(({ mesh }) => mesh));
  for (const { id, ends } of federation.links) if (!links.has(id)) for (const { mesh } of ends) stays.add(mesh);
  return sortedBy(new Set(groupOf.values()), (group) => [...group].sort()[0] ?? "")
    .filter((group) => ![...group].some((id) => stays.has(id)))
    .map((group) => inventory.meshes.filter(({ id }) => group.has(id)));
}

/** Why federation stays, for each link whose peers do not go. */
export function stayingLinks(
  federation: Federation,
  routes: readonly Route[],
  links: ReadonlySet<LinkId>,
  groups: readonly (readonly Mesh[])[],
): Finding[] {
  const going = new Set(groups.flatMap((group) => group.map(({ id }) => id)));
  return federation.links.flatMap(({ id, ends }) => {
    const blocked = routes.filter(
      ({ carry, backends }) => carry.mode === "none" && backends.some(({ link }) => link === id),
    );
    const subjects = ends.map(({ peer }) => peer);
    if (!links.has(id)) {
      const hosts = blocked.map(({ host }) => host);
      if (hosts.length === 0) {
        return [
          linkStays.at(subjects, {
            link: id,
            reason: "which of its exports are imported is not known, because no ImportedServiceSet could be read there",
          }),
        ];
      }
      const shown = hosts.length > 3 ? [...hosts.slice(0, 3), `${hosts.length - 3} more`] : hosts;
      return [linkStays.at(subjects, { link: id, reason: `not carried over: ${shown.join(", ")}` })];
    }
    if (ends.every(({ mesh }) => going.has(mesh))) return [];
    return [
      linkStays.at(subjects, {
        link: id,
        reason: "its sets go, but a mesh of it has another link that stays, or a peer without a known other end",
      }),
    ];
  });
}
