// What happens by itself when nobody does anything for long: certificates are renewed, federation syncs again, istiods come loose.
import { refKey } from "../core/object-ref.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { typedIn } from "./cluster-state.ts";
import { renewedProxy } from "./proxies.ts";
import { mapMemories } from "./proxy-groups.ts";
import { clusterStateOf, generationOf, type HeldSet, ticked, withMeshMemory, type World } from "./world.ts";

/** The world some time later. */
export function passTime(world: World): World {
  let next: World = { ...ticked(world), underway: world.underway.clear() };
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
    typedIn(clusterStateOf(world, mesh.cluster), "ImportedServiceSet.federation.maistra.io")
      .filter(({ ref }) => ref.namespace === mesh.namespace)
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
  const proxies = mapMemories(world.proxies, mesh.id, (memory) => renewedProxy(world, mesh, memory));
  return proxies === world.proxies ? world : { ...world, proxies };
}
