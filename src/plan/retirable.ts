// What of federation can be retired: a link whose imports are all carried; a group of meshes whose links all can.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { LinkId, MeshId } from "../core/ids.ts";
import { sortedRefs } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import type { Federation } from "../federation/federation.ts";
import { linkStays } from "../findings/codes/plan.ts";
import { peersKept } from "../findings/codes/trust.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import type { PlanContext } from "./plan-context.ts";
import { linksWithUnknownSets } from "./unknown-sets.ts";

/** Links over which nothing runs that has no new path. */
export function retirableLinks(
  inventory: Inventory,
  federation: Federation,
  routes: readonly Route[],
): ReadonlySet<LinkId> {
  const kept = new Set([
    ...routes.filter(({ carry }) => carry.mode === "none").flatMap(linksOf),
    ...linksWithUnknownSets(inventory, federation),
  ]);
  return new Set(federation.links.map(({ id }) => id).filter((id) => !kept.has(id)));
}

function linksOf({ backends }: Route): LinkId[] {
  return backends.flatMap(({ links }) => links);
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
  groups: readonly (readonly Mesh[])[] | null,
): Finding[] {
  const going = new Set((groups ?? []).flatMap((group) => group.map(({ id }) => id)));
  return federation.links.flatMap(({ id, ends }) => {
    const blocked = routes.filter((route) => route.carry.mode === "none" && linksOf(route).includes(id));
    const subjects = ends.map(({ peer }) => peer);
    if (!links.has(id)) {
      const hosts = blocked.map(({ host }) => host);
      if (hosts.length === 0) {
        return [
          linkStays.at(subjects, {
            link: id,
            reason:
              "what it carries is not known, because an ExportedServiceSet or ImportedServiceSet could not be read",
          }),
        ];
      }
      return [linkStays.at(subjects, { link: id, reason: `not carried over: ${fewNames(hosts)}` })];
    }
    if (groups === null || ends.every(({ mesh }) => going.has(mesh))) return [];
    return [
      linkStays.at(subjects, {
        link: id,
        reason: "its sets go, but a mesh of it has another link that stays, or a peer without a known other end",
      }),
    ];
  });
}

/** With `trust: peers` the plan ends before OSSM 3: one finding that says what stays, and why. */
export function peersStay({ options, carried, inventory, federation }: PlanContext): Finding[] {
  if (options.trust !== "peers" || carried.length === 0) return [];
  const peers = sortedRefs(
    federation.links.filter(({ rejected }) => rejected === null).flatMap(({ ends }) => ends.map(({ peer }) => peer)),
  );
  const meshes = inventory.meshes.filter(({ peers: own }) => own.length > 0).map(({ id }) => id);
  return peers.length === 0 ? [] : [peersKept.at(peers, { meshes: fewNames(meshes), peers: peers.length })];
}
