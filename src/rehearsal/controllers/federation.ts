// The federation of OSSM 2 as it behaves when peers and sets come and go, at once: what waits for a resync stands in pass-time.ts.
import type { MeshId } from "../../core/ids.ts";
import { refKey } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import type { PeerEnd } from "../../federation/federation.ts";
import { ingressService } from "../../federation/gateways.ts";
import { clusterOf } from "../../inventory/mesh.ts";
import { objectAt, withMeshMemory, type World } from "../world.ts";
import { changesOf, type Controller } from "./controller.ts";

const peerKind = "ServiceMeshPeer.federation.maistra.io";

/**
 * A peer that goes while its mesh still exports over it leaves istiod's worker stuck (docs/facts.md,
 * retire.peer-needs-empty-exports). A peer whose other end goes alone blocks its own istiod: from now on nothing reaches its proxies
 * (federation.lone-peer-blocks). Both at the same moment do neither (retire.peers-together). Export sets act at once, and
 * import sets at the next resync, so nothing is to be done for them here.
 */
export const federation: Controller = (before, after) => {
  const changes = changesOf(before, after, peerKind);
  if (changes.length === 0) return changesOf(before, after, "Service").length === 0 ? after : cutOff(before, after);
  let world = after;
  const gone = new Set(
    changes.flatMap((change) => (change.after === null && change.before ? [refKey(change.before.ref)] : [])),
  );
  for (const { id, ends } of before.derived().federation.links) {
    const [one, other] = ends;
    for (const [near, far] of [
      [one, other],
      [other, one],
    ] as const) {
      if (!gone.has(refKey(near.peer))) continue;
      const exported = before
        .derived()
        .federation.exports.filter(({ link, exporter }) => link === id && exporter === near.mesh)
        .map(({ exportedHost }) => exportedHost as string);
      if (exported.length > 0) world = stuck(world, near.mesh, exported);
      if (objectAt(world, far.peer) !== undefined) world = alone(before, world, far);
    }
  }
  return withoutCompany(world);
};

/** A peer whose other end's ingress gateway has gone cannot be reached any more: the same as one that is alone (retire.gateways-last). */
function cutOff(before: World, after: World): World {
  let world = after;
  for (const { ends } of before.derived().federation.links) {
    const [one, other] = ends;
    for (const [near, far] of [
      [one, other],
      [other, one],
    ] as const) {
      if (objectAt(after, near.peer) === undefined || !answers(before, far) || answers(after, far)) continue;
      world = alone(before, world, near);
    }
  }
  return withoutCompany(world);
}

/** Whether the ingress gateway of a peer is there. */
function answers(world: World, { mesh, peer }: PeerEnd): boolean {
  const its = world.derived().mesh(mesh);
  const typed = its?.peers.find(({ ref }) => refKey(ref) === refKey(peer));
  return !!its && !!typed && ingressService(clusterOf(world.derived().inventory, its), its, typed) !== undefined;
}

function stuck(world: World, mesh: MeshId, exported: readonly string[]): World {
  const held = world.meshes.get(mesh)?.stuck ?? [];
  return withMeshMemory(world, mesh, { stuck: sortedUnique([...held, ...exported]) });
}

function alone(before: World, world: World, { mesh, peer }: PeerEnd): World {
  const memory = world.meshes.get(mesh);
  return withMeshMemory(world, mesh, {
    lone: sortedUnique([...(memory?.lone ?? []), refKey(peer)]),
    frozen: memory?.frozen ?? before,
  });
}

/** Peers that are gone, or have their other end again, are not alone any more; what they blocked comes loose with time. */
function withoutCompany(world: World): World {
  if ([...world.meshes.values()].every(({ lone }) => lone.length === 0)) return world;
  let next = world;
  const linked = new Set(
    world
      .derived()
      .federation.links.flatMap(({ ends: [one, other] }) => [
        ...(answers(world, other) ? [refKey(one.peer)] : []),
        ...(answers(world, one) ? [refKey(other.peer)] : []),
      ]),
  );
  for (const [id, { lone }] of world.meshes) {
    const peers = world.derived().mesh(id)?.peers ?? [];
    const left = lone.filter((key) => !linked.has(key) && peers.some(({ ref }) => refKey(ref) === key));
    if (left.length !== lone.length) next = withMeshMemory(next, id, { lone: left });
  }
  return next;
}
