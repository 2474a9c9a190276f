// What the inventory and federation read out of clusters, each cluster for itself: kept while nothing that they go by changes there.
import type { MeshId } from "../core/ids.ts";
import { equalJson, type Json } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey, rememberedKeys } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import type { KeepPart } from "../federation/keep-part.ts";
import { indexPods, type PodIndex, type PodShape } from "../federation/pod-index.ts";
import { recordAnnotation } from "../federation/route-record.ts";
import type { Cluster } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { inventoryOf } from "../inventory/take-inventory.ts";
import { asCluster, type ClusterState, once, sliceOfObjects } from "./cluster-state.ts";
import { isSameIn, type Noted, nothingNoted, notingIn } from "./noted-cluster.ts";

export interface Reading {
  readonly cluster: Cluster;
  readonly meshes: readonly Mesh[];
  readonly pods: () => PodIndex;
  /** The shapes of a workload, pods before templates. */
  readonly shapesOf: (workload: ObjectRef) => readonly PodShape[];
}

/** Gives what was made earlier under this name out of the same things; else makes it. */
export type KeepValue = <T>(name: string, of: readonly unknown[], make: () => T) => T;

export interface Readings {
  /** The cluster with the import sets that federation goes by, which may not be those that are there; null: it goes by those. */
  readonly read: (state: ClusterState, sets: readonly KubeObject[] | null) => Reading;
  /** A value made out of these things alone. */
  readonly keep: KeepValue;
  readonly keepPart: KeepPart;
  /** refKey: a rehearsal asks a million times for those of the same workloads. */
  readonly keyOf: (ref: ObjectRef) => string;
  /** One text for a pod, or a template, as a mesh has it. */
  readonly keyOfPod: (mesh: Mesh, shape: PodShape) => string;
}

/** So many of each are kept: that of before a step, and that of after it. */
const remembered = 2;

interface Keeping extends Pick<Readings, "keep" | "keepPart"> {
  /** The value that was given under this name before, where this one is equal to it. */
  readonly same: <T>(name: string, value: T) => T;
}

interface Kept {
  readonly of: readonly unknown[];
  /** In each of the clusters. */
  readonly noted: readonly Noted[];
  readonly value: unknown;
}

export function readings(): Readings {
  const kept = new Map<string, readonly Kept[]>();
  const remember = (name: string, fits: (each: Kept) => boolean, make: () => Kept): Kept => {
    const known = kept.get(name) ?? [];
    const found = known.findIndex(fits);
    const last = known[found] ?? make();
    // The one that was asked for longest ago makes room.
    if (found !== 0) kept.set(name, [last, ...known.filter((each) => each !== last)].slice(0, remembered));
    return last;
  };
  const isOf = (each: Kept, of: readonly unknown[]): boolean =>
    each.of.length === of.length && each.of.every((part, at) => part === of[at]);
  const keep: KeepValue = <T>(name: string, of: readonly unknown[], make: () => T): T =>
    // Who makes it under this name asks for it under this name.
    remember(
      name,
      (each) => isOf(each, of),
      () => ({ of, noted: [], value: make() }),
    ).value as T;
  const keepPart: KeepPart = <T, C extends readonly Cluster[] | []>(
    name: string,
    of: readonly unknown[],
    clusters: C,
    make: (...clusters: C) => T,
  ): T => {
    const fits = (each: Kept): boolean =>
      isOf(each, of) && clusters.every((cluster, at) => isSameIn(each.noted[at] ?? nothingNoted(), cluster));
    return remember(name, fits, () => {
      const noted = clusters.map(nothingNoted);
      // As many as were given.
      const looked = clusters.map((cluster, at) => notingIn(noted[at] ?? nothingNoted(), cluster)) as unknown as C;
      return { of, noted, value: make(...looked) };
    }).value as T;
  };
  const same = <T>(name: string, value: T): T =>
    remember(
      name,
      (each) => equalJson(each.value as Json, value as Json),
      () => ({ of: [], noted: [], value }),
    ).value as T;
  const keyOf = rememberedKeys();
  return {
    keep,
    keepPart,
    keyOf,
    keyOfPod: podKeys(keyOf),
    read: (state, sets) =>
      keep(`cluster ${state.id}`, [state.basis, sets === null, ...(sets ?? [])], () =>
        readingOf(state, sets, { keep, keepPart, same }),
      ),
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

function readingOf(
  state: ClusterState,
  sets: readonly KubeObject[] | null,
  { keep, keepPart, same }: Keeping,
): Reading {
  const cluster = asFederationSees(state, sets, keep);
  const pods = once(() => keepPart(`pods of ${state.id}`, [], [cluster], indexPods));
  const shapes = once(() =>
    keep(`shapes of ${state.id}`, [pods()], () =>
      groupBy([...pods().pods, ...pods().templates], ({ workload }) => refKey(workload)),
    ),
  );
  return {
    cluster,
    meshes: inventoryOf([cluster]).meshes.map((mesh) => same(`mesh ${mesh.id}`, mesh)),
    pods,
    shapesOf: (workload) => shapes().get(refKey(workload)) ?? [],
  };
}

/** Without the notes that our own entries carry for planning again. */
function asFederationSees(state: ClusterState, sets: readonly KubeObject[] | null, keep: KeepValue): Cluster {
  const entries = state.slices.get("WorkloadEntry.networking.istio.io")?.typed() ?? [];
  const plain = entries
    .filter(({ view }) => !Object.hasOwn(view.metadata.annotations, recordAnnotation))
    .map(({ object }) => object);
  const sliceOf = (kind: string, objects: readonly KubeObject[]) =>
    [kind, keep(`${kind} of ${state.id}`, objects, () => sliceOfObjects(objects))] as const;
  return asCluster(
    state,
    new Map([
      ...(sets === null ? [] : [sliceOf("ImportedServiceSet.federation.maistra.io", sets)]),
      sliceOf("WorkloadEntry.networking.istio.io", plain),
    ]),
  );
}
