// What a restart does: to an istiod, or to the proxies of a workload. The same for steps of a plan and for pods that move by themselves.
import { decodeText } from "../core/base64.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { equalRef, refKey } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { caSecret } from "../inventory/certificate-authority.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { rootKey } from "../inventory/roots.ts";
import { sliceIn, typedIn } from "./cluster-state.ts";
import { meshOfProxy } from "./east-west-passage.ts";
import { freshProxy } from "./proxies.ts";
import {
  bundleOf,
  clusterStateOf,
  generationOf,
  type MeshMemory,
  objectAt,
  withMeshMemory,
  withProxy,
  type World,
} from "./world.ts";

/** The world in which this workload's pods have been started anew. */
export function restarted(world: World, workload: ObjectRef): World {
  const { inventory } = world.derived();
  const own = inventory.meshes.find(({ istiod }) => equalRef(istiod, workload));
  if (own) return restartedIstiod(world, own);
  const mesh = meshOfWorkload(world, workload);
  return mesh ? withProxy(world, workload, mesh.id, freshProxy(world, mesh)) : world;
}

/**
 * An istiod that starts reads its CA (docs/facts.md, scaffold.cacerts-first) and the sets as they are now, and its worker is free
 * again. Proxies keep what they have in memory (retire.fresh-proxies).
 */
export function restartedIstiod(world: World, mesh: Mesh): World {
  const memory = world.meshes.get(mesh.id);
  const state = clusterStateOf(world, mesh.cluster);
  const [secrets, imports] = [state.slices.get("Secret"), sliceIn(state, "ImportedServiceSet.federation.maistra.io")];
  const change = world.readings.keep(`restarted ${mesh.id}`, [memory, secrets, imports], () =>
    readAnew(world, mesh, memory),
  );
  return change === null ? world : withMeshMemory(world, mesh.id, change);
}

/**
 * The meshes whose istiod would have something else in its memory if it started anew. What it reads then are objects of consequence
 * (world.ts): where none is another, and no memory, the answer is the same.
 */
export function istiodsToLearn(world: World): readonly Mesh[] {
  return world.readings.keep("istiods to learn", [world.meshes, world.derived], () =>
    world.derived().inventory.meshes.filter((mesh) => restartedIstiod(world, mesh) !== world),
  );
}

/** What of its memory is another one after it has read everything anew; null: nothing. */
function readAnew(world: World, mesh: Mesh, memory: MeshMemory | undefined): Partial<MeshMemory> | null {
  const secret: ObjectRef = {
    cluster: mesh.cluster,
    group: "",
    kind: "Secret",
    namespace: mesh.namespace,
    name: caSecret,
  };
  const bytes = valueAt(objectAt(world, secret)?.body ?? null, `/data/${rootKey}`);
  const read = typeof bytes === "string" ? bundleOf(decodeText(bytes) ?? "") : null;
  const sets = typedIn(clusterStateOf(world, mesh.cluster), "ImportedServiceSet.federation.maistra.io").filter(
    ({ ref }) => ref.namespace === mesh.namespace,
  );
  const isSame =
    memory !== undefined &&
    memory.sets.size === sets.length &&
    sets.every(({ ref, object }) => memory.sets.get(refKey(ref))?.object === object);
  const known = memory?.bundle ?? null;
  const bundle = read === null || read.pem === known?.pem ? known : read;
  if (isSame && bundle === known && memory.stuck.length === 0 && memory.frozen === null) return null;
  return {
    bundle,
    stuck: [],
    frozen: null,
    // What federation is worked out from anew only where it has changed.
    ...(isSame
      ? {}
      : { sets: new Map(sets.map(({ ref, object }) => [refKey(ref), { object, generation: generationOf(object) }])) }),
  };
}

/** The mesh whose istiod runs the proxies of a workload. */
export function meshOfWorkload(world: World, workload: ObjectRef): Mesh | undefined {
  const [shape] = world.derived().shapesOf(workload);
  return shape && meshOfProxy(world, shape);
}
