// The world of a rehearsal: every object of every cluster, and what no API server shows, as one value. A change makes a new world; none is ever edited.
import { Set as PersistentSet } from "immutable";
import { certificateBlocks } from "../core/certificates.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Hash } from "../core/hash.ts";
import type { ClusterId, MeshId } from "../core/ids.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import { federate, type FederationOptions } from "../federation/federate.ts";
import type { ExportedService, Federation, ImportedService } from "../federation/federation.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import { offerKey } from "../routes/hosts-in-use.ts";
import { type ClusterState, clusterState, objectIn, once, typedIn, withObject } from "./cluster-state.ts";
import { type Keep, keeper } from "./keeper.ts";
import { noProxies, type Proxies, type ProxyMemory, withMemory, withoutMemory } from "./proxy-groups.ts";
import { type Readings, readings } from "./readings.ts";
import { TextMap } from "./text-map.ts";

/** The roots that an istiod hands out. */
export interface Bundle {
  readonly pem: string;
  readonly roots: readonly Hash[];
  /** The root of the mesh's own certificates: the first of the bundle. */
  readonly own: Hash;
}

/** An ImportedServiceSet as federation goes by it, which may not be the object that is there. */
export interface HeldSet {
  /** null: none. */
  readonly object: KubeObject | null;
  /** The generation that was last taken up. */
  readonly generation: number | null;
}

/** What an istiod has in its memory. */
export interface MeshMemory {
  /** null: its roots were not supplied, and nothing is said about trust. */
  readonly bundle: Bundle | null;
  /** By refKey. */
  readonly sets: ReadonlyMap<string, HeldSet>;
  /** When the imported services were made: each resync makes them anew. */
  readonly importsMade: number;
  /** Its peer worker is stuck, and one of these exports (by their exported hosts) half removed. */
  readonly stuck: readonly string[];
  /** Peers whose other end has gone, by refKey: istiod tries to reach them, and does nothing else meanwhile. */
  readonly lone: readonly string[];
  /** The world whose configuration its proxies have, since when no other has reached them; null: they have the present one. */
  readonly frozen: World | null;
  /** What made up gateways that the operator has taken away, by their names: it makes them again when they are asked for. */
  readonly stowed: ReadonlyMap<string, readonly KubeObject[]>;
}

export interface World {
  readonly clusters: ReadonlyMap<ClusterId, ClusterState>;
  /** Counts events, as a clock would that nothing depends on but order. */
  readonly tick: number;
  /** The next address of a load balancer: each is given once. */
  readonly addresses: number;
  /** When objects were made that were not there at the start, by refKey. */
  readonly made: TextMap<number>;
  readonly meshes: ReadonlyMap<MeshId, MeshMemory>;
  readonly proxies: Proxies;
  /** Hosts, as "MESH|HOST", whose clients have left federation a moment ago: requests of theirs are still under way there. */
  readonly underway: PersistentSet<string>;
  /** The places of objects that were changed, the last first; null: none yet. */
  readonly trail: Trail | null;
  readonly derived: () => Derived;
  readonly options: FederationOptions;
  readonly readings: Readings;
}

export interface Trail {
  readonly ref: ObjectRef;
  readonly earlier: Trail | null;
}

/** What follows from the objects, apart from those that change in most steps. */
export interface Derived {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly podsOf: (mesh: Mesh) => PodIndex;
  /** The shapes of a workload, pods before templates. */
  readonly shapesOf: (workload: ObjectRef) => readonly PodShape[];
  readonly mesh: (id: MeshId) => Mesh | undefined;
  /** What a mesh imports, by host: the same map where it is what it was. */
  readonly importsOf: (mesh: MeshId) => ReadonlyMap<string, readonly ImportedService[]>;
  /** What is exported, by offerKey: the same map where it is what it was. */
  readonly exportsByOffer: () => ReadonlyMap<string, readonly ExportedService[]>;
  /** What an import was exported as; more than one where two services have one exported name. */
  readonly exportsOf: (imported: ImportedService) => readonly ExportedService[];
  /** What others make out of it, and out of `of`. */
  readonly kept: Keep;
}

/** Kinds that neither the inventory nor federation nor the pods depend on: most steps write these. */
const ofNoConsequence: ReadonlySet<string> = new Set([
  "AuthorizationPolicy.security.istio.io",
  "DestinationRule.networking.istio.io",
  "Gateway.gateway.networking.k8s.io",
  "Gateway.networking.istio.io",
  "HorizontalPodAutoscaler.autoscaling",
  "NetworkPolicy.networking.k8s.io",
  "PeerAuthentication.security.istio.io",
  "PodDisruptionBudget.policy",
  "ServiceAccount",
  "Sidecar.networking.istio.io",
  "VirtualService.networking.istio.io",
  "WorkloadEntry.networking.istio.io",
]);

/** The world before anything is done: federation has synced, and proxies have what istiod would give them now, but for what their pods say. */
export function startWorld(inputs: readonly ClusterInput[], options: FederationOptions): World {
  const clusters = new Map(sortedBy(inputs, ({ id }) => id).map((input) => [input.id, clusterState(input)]));
  const kept = readings();
  const bare: World = {
    clusters,
    tick: 1,
    addresses: 1,
    made: TextMap.from([]),
    meshes: new Map(),
    proxies: noProxies(),
    underway: PersistentSet(),
    trail: null,
    derived: once(() => derive(clusters, new Map(), options, kept)),
    options,
    readings: kept,
  };
  const { meshes } = bare.derived().inventory;
  return rederived({ ...bare, meshes: new Map(meshes.map((mesh) => [mesh.id, memoryAtStart(bare, mesh)])) });
}

function memoryAtStart(world: World, mesh: Mesh): MeshMemory {
  const sets = typedIn(clusterStateOf(world, mesh.cluster), "ImportedServiceSet.federation.maistra.io");
  return {
    bundle: mesh.roots.known ? bundleOf(mesh.roots.value.pem) : null,
    sets: new Map(
      sets
        .filter(({ ref }) => ref.namespace === mesh.namespace)
        .map(({ ref, object }) => [refKey(ref), { object, generation: generationOf(object) }]),
    ),
    importsMade: world.tick,
    stuck: [],
    lone: [],
    frozen: null,
    stowed: new Map(),
  };
}

/** The bundle of a PEM text; null: there is no certificate in it. */
export function bundleOf(pem: string): Bundle | null {
  const blocks = certificateBlocks(pem);
  const [first] = blocks;
  return first ? { pem, roots: blocks.map(({ hash }) => hash).sort(), own: first.hash } : null;
}

export function generationOf({ body }: KubeObject): number | null {
  const metadata = body["metadata"];
  const generation =
    typeof metadata === "object" && metadata !== null && "generation" in metadata && metadata.generation;
  return typeof generation === "number" ? generation : null;
}

function derive(
  clusters: World["clusters"],
  meshes: World["meshes"],
  options: FederationOptions,
  { read, keep, keepPart }: Readings,
): Derived {
  const held = [...meshes.values()].flatMap(({ sets }) => [...sets.values()].flatMap(({ object }) => object ?? []));
  const byCluster = groupBy(held, ({ ref }) => ref.cluster);
  const all = new Map(
    [...clusters].map(([id, state]) => [id, read(state, meshes.size === 0 ? null : (byCluster.get(id) ?? []))]),
  );
  const inventory: Inventory = {
    clusters: [...all.values()].map(({ cluster }) => cluster),
    meshes: sortedBy(
      [...all.values()].flatMap((reading) => reading.meshes),
      ({ id }) => id,
    ),
    findings: [],
  };
  const podsOf = (mesh: Mesh): PodIndex => {
    const reading = all.get(mesh.cluster);
    if (!reading) throw new Error(`the world has no cluster ${mesh.cluster}`);
    return reading.pods();
  };
  const federation = once(() => federate(inventory, podsOf, options, keepPart));
  const byId = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const imports = once(() => {
    const taken = federation().imports;
    return keep("imports by importer", [taken], () => groupBy(taken, ({ importer }) => importer));
  });
  const byHost = new Map<MeshId, ReadonlyMap<string, readonly ImportedService[]>>();
  const exported = once(() => {
    const offers = federation().exports;
    return keep("exports by offer", [offers], () => groupBy(offers, offerKey));
  });
  return {
    inventory,
    get federation() {
      return federation();
    },
    podsOf,
    shapesOf: (workload) => all.get(workload.cluster)?.shapesOf(workload) ?? [],
    mesh: (id) => byId.get(id),
    importsOf: (mesh) => {
      const known = byHost.get(mesh);
      if (known) return known;
      const its = imports().get(mesh) ?? [];
      const made = keep(`imports of ${mesh} by host`, its, () => groupBy(its, ({ host }) => host));
      byHost.set(mesh, made);
      return made;
    },
    exportsByOffer: exported,
    exportsOf: (imported) => exported().get(offerKey(imported)) ?? [],
    kept: keeper(),
  };
}

export function clusterStateOf(world: World, cluster: ClusterId): ClusterState {
  const state = world.clusters.get(cluster);
  if (!state) throw new Error(`the world has no cluster ${cluster}`);
  return state;
}

/** The object at a place; undefined: there is none. */
export function objectAt(world: World, ref: ObjectRef): KubeObject | undefined {
  const state = world.clusters.get(ref.cluster);
  return state && objectIn(state, ref);
}

/** The world with the object at its place, or (null) with nothing there. What controllers do about it comes later. */
export function put(world: World, ref: ObjectRef, object: KubeObject | null): World {
  const state = clusterStateOf(world, ref.cluster);
  const next = withObject(state, ref, object);
  if (next === state) return world;
  const key = refKey(ref);
  const made =
    object === null ? world.made.delete(key) : objectIn(state, ref) ? world.made : world.made.set(key, world.tick);
  const isBasis = isOfConsequence(ref, object, state);
  const clusters = new Map(world.clusters).set(ref.cluster, isBasis ? { ...next, basis: {} } : next);
  const changed: World = { ...world, clusters, made, trail: { ref, earlier: world.trail } };
  return isBasis ? rederived(changed) : changed;
}

function isOfConsequence(ref: ObjectRef, object: KubeObject | null, before: ClusterState): boolean {
  const kind = kindKey(ref);
  if (kind !== "ServiceEntry.networking.istio.io") return !ofNoConsequence.has(kind);
  // Federation exports entries whose hosts have no dot (src/federation/rules/registry-service.ts).
  return [object, objectIn(before, ref)].some((each) => each !== undefined && each !== null && hasPlainHost(each));
}

function hostsOf({ body }: KubeObject): readonly unknown[] {
  const spec = body["spec"];
  const hosts = typeof spec === "object" && spec !== null && "hosts" in spec ? spec["hosts"] : [];
  return Array.isArray(hosts) ? hosts : [];
}

function hasPlainHost(object: KubeObject): boolean {
  return hostsOf(object).some((each) => typeof each === "string" && !each.includes("."));
}

export function withMeshMemory(world: World, mesh: MeshId, change: Partial<MeshMemory>): World {
  return withMeshMemories(world, [[mesh, change]]);
}

/** The world in which istiods have this in their memory besides. */
export function withMeshMemories(
  world: World,
  changes: Iterable<readonly [mesh: MeshId, change: Partial<MeshMemory>]>,
): World {
  const meshes = new Map(world.meshes);
  let isBasis = false;
  for (const [mesh, change] of changes) {
    const memory = meshes.get(mesh);
    if (!memory) throw new Error(`the world remembers no mesh ${mesh}`);
    meshes.set(mesh, { ...memory, ...change });
    isBasis ||= change.sets !== undefined;
  }
  const changed: World = { ...world, meshes };
  return isBasis ? rederived(changed) : changed;
}

/** The world in which a workload's proxies have this in their memory; null: it has no proxies any more. */
export function withProxy(world: World, workload: ObjectRef, mesh: MeshId, memory: ProxyMemory | null): World {
  const key = refKey(workload);
  const proxies = memory === null ? withoutMemory(world.proxies, key) : withMemory(world.proxies, key, mesh, memory);
  return proxies === world.proxies ? world : { ...world, proxies, trail: { ref: workload, earlier: world.trail } };
}

/** The next event. */
export function ticked(world: World): World {
  return { ...world, tick: world.tick + 1 };
}

function rederived(world: World): World {
  const { clusters, meshes, options, readings: kept } = world;
  return { ...world, derived: once(() => derive(clusters, meshes, options, kept)) };
}
