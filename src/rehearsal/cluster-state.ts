// One cluster's objects as a value: a change makes a new one that shares everything else with the old. Reads views of each object once.
import { Map as Persistent } from "immutable";
import type { CertificateReadings } from "../core/certificates.ts";
import type { ClusterInput, Coverage } from "../core/cluster.ts";
import type { ClusterId } from "../core/ids.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import type { Misfit } from "../inventory/kinds/fields.ts";
import { type KindName, kinds } from "../inventory/kinds/registry.ts";

/** The objects of one kind, with the views of those that can be read; lists are made when first asked for. */
export interface Slice {
  readonly objects: Persistent<string, Stored>;
  readonly list: () => readonly KubeObject[];
  readonly typed: () => readonly Typed<KindName>[];
  readonly byName: () => ReadonlyMap<string, Typed<KindName>>;
  readonly inNamespace: (namespace: string) => readonly Typed<KindName>[];
  readonly holdsNamespace: (namespace: string) => boolean;
}

export interface Stored {
  readonly object: KubeObject;
  /** null: of a kind without views, or unreadable. */
  readonly typed: Typed<KindName> | null;
}

export interface ClusterState {
  readonly id: ClusterId;
  readonly coverage: Readonly<Record<string, Coverage>>;
  readonly certificates: CertificateReadings | null;
  readonly asOfMs: number | null;
  /** By kindKey. */
  readonly slices: Persistent<string, Slice>;
  /** ServiceEntries by each of their hosts. */
  readonly entriesByHost: Index<"ServiceEntry.networking.istio.io">;
  /** WorkloadEntries by "NAMESPACE|LABEL=VALUE". */
  readonly workloadsByLabel: Index<"WorkloadEntry.networking.istio.io">;
}

/** Few under each key; in the order of refKey. */
type Index<K extends KindName> = Persistent<string, readonly Typed<K>[]>;

/** The state of a cluster as it was read. */
export function clusterState(input: ClusterInput): ClusterState {
  const empty: ClusterState = {
    id: input.id,
    coverage: input.coverage,
    certificates: input.certificates ?? null,
    asOfMs: input.asOf === undefined ? null : Date.parse(input.asOf),
    slices: Persistent(),
    entriesByHost: Persistent(),
    workloadsByLabel: Persistent(),
  };
  const byKind = new Map<string, [string, Stored][]>();
  let state = empty;
  for (const object of input.objects) {
    const kind = kindKey(object.ref);
    const stored = storedOf(object);
    const entry: [string, Stored] = [refKey(object.ref), stored];
    const known = byKind.get(kind);
    if (known) known.push(entry);
    else byKind.set(kind, [entry]);
    state = indexed(state, null, stored);
  }
  return { ...state, slices: Persistent([...byKind].map(([kind, entries]) => [kind, sliceOf(Persistent(entries))])) };
}

/** The object at a place; undefined: there is none. */
export function objectIn(state: ClusterState, ref: ObjectRef): KubeObject | undefined {
  return state.slices.get(kindKey(ref))?.objects.get(refKey(ref))?.object;
}

/** The state with the object at its place, or (null) without any. */
export function withObject(state: ClusterState, ref: ObjectRef, object: KubeObject | null): ClusterState {
  const kind = kindKey(ref);
  const key = refKey(ref);
  const slice = state.slices.get(kind) ?? emptySlice;
  const before = slice.objects.get(key) ?? null;
  if (object === null && before === null) return state;
  const stored = object === null ? null : storedOf(object);
  const objects = stored === null ? slice.objects.delete(key) : slice.objects.set(key, stored);
  return indexed({ ...state, slices: state.slices.set(kind, sliceOf(objects)) }, before, stored);
}

function storedOf(object: KubeObject): Stored {
  const kind = kindKey(object.ref);
  if (!isKindInUse(kind)) return { object, typed: null };
  const misfits: Misfit[] = [];
  const view = kinds[kind].read(object.body, misfits);
  return { object, typed: misfits.length === 0 ? { ref: object.ref, object, view } : null };
}

function isKindInUse(kind: string): kind is KindName {
  return Object.hasOwn(kinds, kind);
}

function sliceOf(objects: Persistent<string, Stored>): Slice {
  const entries = once(() => sortedBy(objects.entries(), ([key]) => key));
  const typed = once(() => entries().flatMap(([, stored]) => (stored.typed === null ? [] : [stored.typed])));
  const byNamespace = once(() => groupBy(typed(), ({ ref }) => ref.namespace ?? ""));
  const namespaces = once(() => new Set(entries().map(([, { object }]) => object.ref.namespace ?? "")));
  return {
    objects,
    holdsNamespace: (namespace) => namespaces().has(namespace),
    inNamespace: (namespace) => byNamespace().get(namespace) ?? [],
    list: once(() => entries().map(([, { object }]) => object)),
    typed,
    byName: once(() => new Map(typed().map((each) => [`${each.ref.namespace ?? ""}/${each.ref.name}`, each]))),
  };
}

const emptySlice: Slice = sliceOf(Persistent());

/** A value that is made when it is first asked for, and kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function indexed(state: ClusterState, before: Stored | null, after: Stored | null): ClusterState {
  const kind = kindKey((after ?? before)?.object.ref ?? { group: "", kind: "" });
  switch (kind) {
    case "ServiceEntry.networking.istio.io":
      return { ...state, entriesByHost: reindexed(state.entriesByHost, before, after, ({ view }) => view.spec.hosts) };
    case "WorkloadEntry.networking.istio.io":
      return {
        ...state,
        workloadsByLabel: reindexed(state.workloadsByLabel, before, after, ({ ref, view }) =>
          Object.entries(view.metadata.labels).map(([label, value]) => labelKey(ref.namespace ?? "", label, value)),
        ),
      };
    default:
      return state;
  }
}

/** How workloadsByLabel is asked. */
export function labelKey(namespace: string, label: string, value: string): string {
  return `${namespace}|${label}=${value}`;
}

function reindexed<K extends KindName>(
  index: Index<K>,
  before: Stored | null,
  after: Stored | null,
  keysOf: (typed: Typed<K>) => readonly string[],
): Index<K> {
  // The caller has looked at the kind.
  const [old, fresh] = [before?.typed ?? null, after?.typed ?? null] as readonly (Typed<K> | null)[];
  return index.withMutations((changing) => {
    const remove = old ? new Set(keysOf(old)) : new Set<string>();
    for (const key of remove) {
      const left = (changing.get(key) ?? []).filter((each) => each !== old);
      if (left.length === 0) changing.delete(key);
      else changing.set(key, left);
    }
    if (!fresh) return;
    for (const key of new Set(keysOf(fresh)))
      changing.set(
        key,
        sortedBy([...(changing.get(key) ?? []), fresh], ({ ref }) => refKey(ref)),
      );
  });
}

/** The cluster as the other stations read it; `replaced`: slices that stand in for the state's own. */
export function asCluster(state: ClusterState, replaced: ReadonlyMap<string, Slice> = new Map()): Cluster {
  const slice = (kind: string): Slice => replaced.get(kind) ?? state.slices.get(kind) ?? emptySlice;
  const allKinds = once(() => [...new Set([...state.slices.keys(), ...replaced.keys()])]);
  const typed = {};
  const byName = {};
  for (const kind of Object.keys(kinds)) {
    Object.defineProperty(typed, kind, { enumerable: true, get: () => slice(kind).typed() });
    Object.defineProperty(byName, kind, { enumerable: true, get: () => slice(kind).byName() });
  }
  const objects = once(() => {
    const all = allKinds().flatMap((kind) =>
      [...slice(kind).objects].map(([key, { object }]) => [key, object] as const),
    );
    return new Map(sortedBy(all, ([key]) => key));
  });
  const byKind = once(() => new Map(allKinds().map((kind) => [kind, slice(kind).list()])));
  return {
    id: state.id,
    coverage: state.coverage,
    certificates: state.certificates,
    asOfMs: state.asOfMs,
    get objects() {
      return objects();
    },
    get byKind() {
      return byKind();
    },
    // Each property's getter gives its own kind's list.
    typed: typed as Cluster["typed"],
    byName: byName as Cluster["byName"],
  };
}

/** A slice of other objects, to replace one with. */
export function sliceOfObjects(objects: readonly KubeObject[]): Slice {
  return sliceOf(Persistent(objects.map((object) => [refKey(object.ref), storedOf(object)])));
}
