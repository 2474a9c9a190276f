// One cluster's objects as a value: a change makes a new one that shares everything else with the old. Reads views of each object once.
import type { CertificateReadings } from "../core/certificates.ts";
import type { ClusterInput, Coverage } from "../core/cluster.ts";
import type { ClusterId } from "../core/ids.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import type { Misfit } from "../inventory/kinds/fields.ts";
import { type KindName, kinds } from "../inventory/kinds/registry.ts";
import { type Keep, keeper } from "./keeper.ts";
import { TextMap } from "./text-map.ts";

/** The objects of one kind, with the views of those that can be read; lists of all are made when first asked for. */
export interface Slice {
  readonly objects: TextMap<Stored>;
  /** The readable ones of each namespace, in the order of refKey. */
  readonly namespaces: TextMap<readonly Typed<KindName>[]>;
  /** How many objects lie in a namespace. */
  readonly counts: TextMap<number>;
  readonly list: () => readonly KubeObject[];
  readonly typed: () => readonly Typed<KindName>[];
  readonly byName: () => ReadonlyMap<string, Typed<KindName>>;
  /** What others make out of these objects, and out of `of`. */
  readonly kept: Keep;
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
  /** By kindKey: a few dozen, asked for so often that a copy with each change costs less than a persistent map. */
  readonly slices: ReadonlyMap<string, Slice>;
  /** Stands for all objects that the inventory and federation go by: another one where any of them is. */
  readonly basis: object;
  /** ServiceEntries by each of their hosts. */
  readonly entriesByHost: Index<"ServiceEntry.networking.istio.io">;
  /** ServiceEntries by each pair of their selectors, as labelKey writes it. */
  readonly entriesBySelector: Index<"ServiceEntry.networking.istio.io">;
  /** WorkloadEntries by each of their labels, as labelKey writes it. */
  readonly workloadsByLabel: Index<"WorkloadEntry.networking.istio.io">;
}

/** Few under each key; in the order of refKey. */
type Index<K extends KindName> = TextMap<readonly Typed<K>[]>;

/** The state of a cluster as it was read. */
export function clusterState(input: ClusterInput): ClusterState {
  const byKind = groupBy(input.objects.map(storedOf), ({ object }) => kindKey(object.ref));
  const slices = new Map([...byKind].map(([kind, all]) => [kind, sliceOf(all)]));
  const typed = <K extends KindName>(kind: K): readonly Typed<K>[] =>
    // The slice is of this kind.
    slices.get(kind)?.typed() ?? [];
  return {
    id: input.id,
    coverage: input.coverage,
    certificates: input.certificates ?? null,
    asOfMs: input.asOf === undefined ? null : Date.parse(input.asOf),
    slices,
    basis: {},
    entriesByHost: indexOf(typed("ServiceEntry.networking.istio.io"), hostsOf),
    entriesBySelector: indexOf(typed("ServiceEntry.networking.istio.io"), selectorsOf),
    workloadsByLabel: indexOf(typed("WorkloadEntry.networking.istio.io"), labelsOf),
  };
}

/** The object at a place; undefined: there is none. */
export function objectIn(state: ClusterState, ref: ObjectRef): KubeObject | undefined {
  return state.slices.get(kindKey(ref))?.objects.get(refKey(ref))?.object;
}

/** The state with the object at its place, or (null) without any. */
export function withObject(state: ClusterState, ref: ObjectRef, object: KubeObject | null): ClusterState {
  const kind = kindKey(ref);
  const key = refKey(ref);
  const slice = state.slices.get(kind) ?? sliceOf([]);
  const before = slice.objects.get(key) ?? null;
  if (object === null && before === null) return state;
  const stored = object === null ? null : storedOf(object);
  const slices = new Map(state.slices).set(kind, sliceWith(slice, key, before, stored));
  return indexed({ ...state, slices }, before, stored);
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

function sliceOf(all: readonly Stored[]): Slice {
  const sorted = sortedBy(
    all.map((stored): [string, Stored] => [refKey(stored.object.ref), stored]),
    ([key]) => key,
  ).map(([key, stored]): [string, Stored] => [key, stored]);
  const namespaceOf = ({ object }: Stored): string => object.ref.namespace ?? "";
  const byNamespace = groupBy(
    sorted.map(([, stored]) => stored),
    namespaceOf,
  );
  return sliceFrom(
    TextMap.from(sorted),
    TextMap.from([...byNamespace].map(([name, its]) => [name, its.flatMap(({ typed }) => typed ?? [])])),
    TextMap.from([...byNamespace].map(([name, its]) => [name, its.length])),
  );
}

function sliceFrom(objects: Slice["objects"], namespaces: Slice["namespaces"], counts: Slice["counts"]): Slice {
  const entries = once(() => sortedBy(objects.entries(), ([key]) => key));
  const typed = once(() => entries().flatMap(([, stored]) => (stored.typed === null ? [] : [stored.typed])));
  return {
    objects,
    namespaces,
    counts,
    list: once(() => entries().map(([, { object }]) => object)),
    typed,
    byName: once(() => new Map(typed().map((each) => [`${each.ref.namespace ?? ""}/${each.ref.name}`, each]))),
    kept: keeper(),
  };
}

/** The slice with another object, or none, in the place of one. Nothing that grows with the slice is made here. */
function sliceWith(
  { objects, namespaces, counts }: Slice,
  key: string,
  before: Stored | null,
  after: Stored | null,
): Slice {
  const namespace = (after ?? before)?.object.ref.namespace ?? "";
  const added = (after === null ? 0 : 1) - (before === null ? 0 : 1);
  const count = (counts.get(namespace) ?? 0) + added;
  return sliceFrom(
    after === null ? objects.delete(key) : objects.set(key, after),
    namespaces.set(
      namespace,
      swapped(namespaces.get(namespace) ?? [], before?.typed ?? null, after?.typed ?? null, ({ ref }) => ref.name),
    ),
    added === 0 ? counts : count === 0 ? counts.delete(namespace) : counts.set(namespace, count),
  );
}

/** A sorted list with one item taken out and another put in. */
function swapped<T>(list: readonly T[], before: T | null, after: T | null, keyOf: (item: T) => string): readonly T[] {
  const at = before === null ? -1 : list.indexOf(before);
  if (at >= 0 && after !== null && before !== null && keyOf(before) === keyOf(after)) return list.with(at, after);
  const left = at < 0 ? list : list.toSpliced(at, 1);
  if (after === null) return left;
  return left.toSpliced(placeIn(left, keyOf(after), keyOf), 0, after);
}

/** Where in a sorted list an item of this key belongs: behind those that do not come after it. */
function placeIn<T>(list: readonly T[], key: string, keyOf: (item: T) => string): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = list[middle];
    if (item !== undefined && keyOf(item) > key) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Belongs to no world, so it keeps nothing. */
const emptySlice: Slice = { ...sliceOf([]), kept: (_name, _key, _of, make) => make() };

/** The objects of a kind. */
export function sliceIn({ slices }: ClusterState, kind: KindName): Slice {
  return slices.get(kind) ?? emptySlice;
}

/** A value that is made when it is first asked for, and kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

type Entry = Typed<"ServiceEntry.networking.istio.io">;
type Workload = Typed<"WorkloadEntry.networking.istio.io">;

function hostsOf({ view }: Entry): readonly string[] {
  return view.spec.hosts;
}

function selectorsOf({ ref, view }: Entry): readonly string[] {
  return labelKeys(ref, view.spec.workloadSelector?.labels ?? {});
}

function labelsOf({ ref, view }: Workload): readonly string[] {
  return labelKeys(ref, view.metadata.labels);
}

function labelKeys({ namespace }: ObjectRef, labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([label, value]) => labelKey(namespace ?? "", label, value));
}

function indexed(state: ClusterState, before: Stored | null, after: Stored | null): ClusterState {
  const kind = kindKey((after ?? before)?.object.ref ?? { group: "", kind: "" });
  const { entriesByHost, entriesBySelector, workloadsByLabel } = state;
  switch (kind) {
    case "ServiceEntry.networking.istio.io":
      return {
        ...state,
        entriesByHost: reindexed(entriesByHost, before, after, hostsOf),
        entriesBySelector: reindexed(entriesBySelector, before, after, selectorsOf),
      };
    case "WorkloadEntry.networking.istio.io":
      return { ...state, workloadsByLabel: reindexed(workloadsByLabel, before, after, labelsOf) };
    default:
      return state;
  }
}

function indexOf<K extends KindName>(
  all: readonly Typed<K>[],
  keysOf: (typed: Typed<K>) => readonly string[],
): Index<K> {
  const pairs = all.flatMap((each) => [...new Set(keysOf(each))].map((key) => ({ key, each })));
  return TextMap.from([...groupBy(pairs, ({ key }) => key)].map(([key, its]) => [key, its.map(({ each }) => each)]));
}

/** How entriesBySelector and workloadsByLabel are asked. */
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
  const keys = new Set([...(old ? keysOf(old) : []), ...(fresh ? keysOf(fresh) : [])]);
  const under = (key: string): Typed<K> | null => (fresh && keysOf(fresh).includes(key) ? fresh : null);
  let next = index;
  for (const key of keys) {
    const list = swapped<Typed<K>>(next.get(key) ?? [], old ?? null, under(key), ({ ref }) => refKey(ref));
    next = list.length === 0 ? next.delete(key) : next.set(key, list);
  }
  return next;
}

/** The readable objects of a kind, in the order of refKey. */
export function typedIn<K extends KindName>(state: ClusterState, kind: K): readonly Typed<K>[] {
  // The slice is of this kind.
  return sliceIn(state, kind).typed();
}

/** The readable object of this name; undefined: there is none. */
export function namedIn<K extends KindName>(
  state: ClusterState,
  kind: K,
  namespace: string,
  name: string,
): Typed<K> | undefined {
  // The slice is of this kind.
  return sliceIn(state, kind).byName().get(`${namespace}/${name}`);
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
      slice(kind)
        .objects.entries()
        .map(([key, { object }]) => [key, object] as const),
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
  return sliceOf(objects.map(storedOf));
}
