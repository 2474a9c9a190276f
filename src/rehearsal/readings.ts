// What the inventory and federation read out of clusters, each cluster for itself: kept while nothing that they go by changes there.
import type { MeshId } from "../core/ids.ts";
import { type KubeObject, type ObjectRef, refKey, rememberedKeys } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import type { KeepPart } from "../federation/keep-part.ts";
import { indexPods, type PodIndex, type PodShape } from "../federation/pod-index.ts";
import { recordAnnotation } from "../federation/route-record.ts";
import type { Cluster } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { inventoryOf } from "../inventory/take-inventory.ts";
import { asCluster, type ClusterState, once, sliceOfObjects } from "./cluster-state.ts";

export interface Reading {
  readonly cluster: Cluster;
  readonly meshes: readonly Mesh[];
  readonly pods: () => PodIndex;
  /** The shapes of a workload, pods before templates. */
  readonly shapesOf: (workload: ObjectRef) => readonly PodShape[];
}

export interface Readings {
  /** The cluster with the import sets that federation goes by, which may not be those that are there; null: it goes by those. */
  readonly read: (state: ClusterState, sets: readonly KubeObject[] | null) => Reading;
  /** A value made out of these things alone. */
  readonly keep: KeepPart;
  /** refKey: a rehearsal asks a million times for those of the same workloads. */
  readonly keyOf: (ref: ObjectRef) => string;
  /** One text for a pod, or a template, as a mesh has it. */
  readonly keyOfPod: (mesh: Mesh, shape: PodShape) => string;
}

/** So many of each are kept: that of before a step, and that of after it. */
const remembered = 2;

export function readings(): Readings {
  const kept = new Map<string, { readonly of: readonly unknown[]; readonly value: unknown }[]>();
  const keep: KeepPart = <T>(name: string, of: readonly unknown[], make: () => T): T => {
    const known = kept.get(name) ?? [];
    const found = known.findIndex(
      (each) => each.of.length === of.length && each.of.every((part, at) => part === of[at]),
    );
    const last = known[found] ?? { of, value: make() };
    // The one that was asked for longest ago makes room.
    if (found !== 0) kept.set(name, [last, ...known.filter((each) => each !== last)].slice(0, remembered));
    // Who makes it under this name asks for it under this name.
    return last.value as T;
  };
  const keyOf = rememberedKeys();
  return {
    keep,
    keyOf,
    keyOfPod: podKeys(keyOf),
    read: (state, sets) =>
      keep(`cluster ${state.id}`, [state.basis, sets === null, ...(sets ?? [])], () => readingOf(state, sets)),
  };
}

function podKeys(keyOf: Readings["keyOf"]): Readings["keyOfPod"] {
  const ofMesh = new Map<MeshId, WeakMap<PodShape, string>>();
  return ({ id }, shape) => {
    let keys = ofMesh.get(id);
    if (!keys) ofMesh.set(id, (keys = new WeakMap()));
    const known = keys.get(shape);
    if (known !== undefined) return known;
    const key = [id, keyOf(shape.workload), shape.pod ?? ""].join(" ");
    keys.set(shape, key);
    return key;
  };
}

function readingOf(state: ClusterState, sets: readonly KubeObject[] | null): Reading {
  const cluster = asFederationSees(state, sets);
  const pods = once(() => indexPods(cluster));
  const shapes = once(() => groupBy([...pods().pods, ...pods().templates], ({ workload }) => refKey(workload)));
  return {
    cluster,
    meshes: inventoryOf([cluster]).meshes,
    pods,
    shapesOf: (workload) => shapes().get(refKey(workload)) ?? [],
  };
}

/** Without the notes that our own entries carry for planning again. */
function asFederationSees(state: ClusterState, sets: readonly KubeObject[] | null): Cluster {
  const entries = state.slices.get("WorkloadEntry.networking.istio.io")?.typed() ?? [];
  const plain = entries.filter(({ view }) => !Object.hasOwn(view.metadata.annotations, recordAnnotation));
  return asCluster(
    state,
    new Map([
      ...(sets === null ? [] : [["ImportedServiceSet.federation.maistra.io", sliceOfObjects(sets)] as const]),
      ["WorkloadEntry.networking.istio.io", sliceOfObjects(plain.map(({ object }) => object))] as const,
    ]),
  );
}
