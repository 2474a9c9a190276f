// What happens by itself when nobody does anything for long: certificates are renewed, federation syncs again, istiods come loose.
import { refKey } from "../core/object-ref.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { asCluster } from "./cluster-state.ts";
import { proxyShapes, renewedProxy } from "./proxies.ts";
import { clusterStateOf, generationOf, type HeldSet, ticked, withMeshMemory, withProxy, type World } from "./world.ts";

/** The world some time later. */
export function passTime(world: World): World {
  let next: World = { ...ticked(world), underway: new Set() };
  const { meshes } = world.derived().inventory;
  for (const mesh of meshes) {
    const memory = next.meshes.get(mesh.id);
    if (!memory) continue;
    // Nothing is taken up while istiod tries to reach a peer that is gone (docs/facts.md, federation.lone-peer-blocks).
    if (memory.lone.length > 0) continue;
    next = withMeshMemory(next, mesh.id, { frozen: null, importsMade: next.tick, ...resynced(next, mesh) });
  }
  for (const mesh of meshes) next = withRenewedProxies(next, mesh);
  return next;
}

/**
 * Import sets are taken up at a resync: one that is gone goes, one that has changed counts. One that was made again under a
 * generation that was seen before is ignored until that moves (spec 1, "How it behaves over time").
 */
function resynced(world: World, mesh: Mesh): { readonly sets?: ReadonlyMap<string, HeldSet> } {
  const held = world.meshes.get(mesh.id)?.sets ?? new Map<string, HeldSet>();
  const there = new Map(
    asCluster(clusterStateOf(world, mesh.cluster))
      .typed["ImportedServiceSet.federation.maistra.io"].filter(({ ref }) => ref.namespace === mesh.namespace)
      .map(({ ref, object }) => [refKey(ref), object]),
  );
  const next = new Map<string, HeldSet>();
  let isSame = true;
  for (const key of [...new Set([...held.keys(), ...there.keys()])].sort()) {
    const known = held.get(key);
    const object = there.get(key) ?? null;
    const generation = object === null ? null : generationOf(object);
    const isIgnored =
      object !== null && known?.object === null && known.generation !== null && generation === known.generation;
    const taken: HeldSet = {
      object: isIgnored ? null : object,
      generation: object === null ? (known?.generation ?? null) : generation,
    };
    isSame &&= known !== undefined && known.object === taken.object && known.generation === taken.generation;
    next.set(key, taken);
  }
  return isSame ? {} : { sets: next };
}

function withRenewedProxies(world: World, mesh: Mesh): World {
  let next = world;
  const seen = new Set<string>();
  for (const { workload } of proxyShapes(world, mesh)) {
    const key = refKey(workload);
    if (seen.has(key)) continue;
    seen.add(key);
    const memory = world.proxies.get(key);
    if (!memory) continue;
    const renewed = renewedProxy(world, mesh, memory);
    if (renewed !== memory) next = withProxy(next, workload, renewed);
  }
  return next;
}
