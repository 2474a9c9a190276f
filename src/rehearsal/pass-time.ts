// What happens by itself when nobody does anything for long: certificates are renewed, federation syncs again, istiods come loose.
import { refKey } from "../core/object-ref.ts";
import type { MeshId } from "../core/ids.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { type Slice, sliceIn } from "./cluster-state.ts";
import { freshProxy, renewedProxy } from "./proxies.ts";
import { mapMemories, memoryKey } from "./proxy-groups.ts";
import {
  clusterStateOf,
  generationOf,
  type HeldSet,
  type MeshMemory,
  ticked,
  withMeshMemories,
  type World,
} from "./world.ts";

/** The world some time later. */
export function passTime(world: World): World {
  const start: World = { ...ticked(world), underway: world.underway.clear() };
  const { meshes } = world.derived().inventory;
  const changes = meshes.flatMap((mesh): [MeshId, Partial<MeshMemory>][] => {
    const memory = start.meshes.get(mesh.id);
    // Nothing is taken up while istiod tries to reach a peer that is gone (docs/facts.md, federation.lone-peer-blocks).
    if (!memory || memory.lone.length > 0) return [];
    return [[mesh.id, { frozen: null, importsMade: start.tick, ...resynced(start, mesh, memory.sets) }]];
  });
  let next = withMeshMemories(start, changes);
  for (const mesh of meshes) next = withRenewedProxies(next, mesh);
  return next;
}

/**
 * Import sets are taken up at a resync: one that is gone goes, one that has changed counts. One that was made again under a
 * generation that was seen before is ignored until that moves (spec 1, "How it behaves over time").
 */
function resynced(world: World, mesh: Mesh, held: Held): { readonly sets?: Held } {
  const slice = sliceIn(clusterStateOf(world, mesh.cluster), "ImportedServiceSet.federation.maistra.io");
  return world.readings.keep(`resynced ${mesh.id}`, [held, slice], () => takenUp(slice, mesh, held));
}

type Held = ReadonlyMap<string, HeldSet>;

function takenUp(slice: Slice, mesh: Mesh, held: Held): { readonly sets?: Held } {
  const there = new Map(
    slice
      .typed()
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
  const fresh = freshProxy(world, mesh);
  const proxies = mapMemories(world.proxies, mesh.id, ({ key, memory }) =>
    world.readings.keep(`renewed ${mesh.id} ${key}`, [memory, fresh], () => {
      const renewed = renewedProxy(mesh, memory, fresh);
      return memoryKey(renewed) === key ? memory : renewed;
    }),
  );
  return proxies === world.proxies ? world : { ...world, proxies };
}
