// Which pairs a change can concern: what most steps write concerns one host of thousands. Errs on the side of too many, never of too few.
import { isJsonObject } from "../core/json.ts";
import type { ClusterId, MeshId } from "../core/ids.ts";
import { type ObjectRef, refKey, rememberedKeys } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import type { Way } from "../dataplane/reached.ts";
import type { PodShape } from "../federation/pod-index.ts";
import type { ClientClass, PairOfClass } from "./classes.ts";
import { eachBody, hostsIn, hostsOfEntry, hostsOfPod, serverHosts, textsAt } from "./changed-hosts.ts";
import { statesTls } from "./client-tls.ts";
import { differences } from "./derived-differences.ts";
import { changesOf, changedKinds, type ObjectChange } from "./controllers/controller.ts";
import { freshKey } from "./proxies.ts";
import type { World } from "./world.ts";

/** Where pairs can be found again by what they depend on. Grows with every look at a pair. */
export interface Dependents {
  readonly byHost: ReadonlyMap<string, readonly number[]>;
  readonly byMesh: ReadonlyMap<MeshId, readonly number[]>;
  readonly byClass: ReadonlyMap<ClientClass, readonly number[]>;
  readonly classOf: ReadonlyMap<string, ClientClass>;
  /** By "CLUSTER|NAMESPACE" of their members. */
  readonly classesAt: ReadonlyMap<string, ReadonlySet<ClientClass>>;
  /** By the clusters of their clients, of whom they are imported from, and of each station of their ways. */
  readonly byCluster: Map<ClusterId, Set<number>>;
  /** By "CLUSTER|NAMESPACE" of each station of their ways. */
  readonly byPlace: Map<string, Set<number>>;
  /** By refKey of each workload on their ways but the client's own. */
  readonly byServer: Map<string, Set<number>>;
  /** The cluster of each pair's clients. */
  readonly clientIn: readonly (ClusterId | null)[];
  /** Those that have dialled an east-west gateway in any world that was looked at: for the others it matters to none what one passes on. */
  readonly passing: Set<number>;
  /** The other way round: the workloads on each pair's ways, by refKey. */
  readonly workloadsOf: readonly Map<string, ObjectRef>[];
  /** refKey of the workloads on ways, which come up again and again. */
  readonly keyOf: (ref: ObjectRef) => string;
}

export function dependentsOf(pairs: readonly PairOfClass[]): Dependents {
  const byHost = new Map<string, number[]>();
  const byMesh = new Map<MeshId, number[]>();
  const byClass = new Map<ClientClass, number[]>();
  const byCluster = new Map<ClusterId, Set<number>>();
  for (const [at, { pair, of, exporters }] of pairs.entries()) {
    push(byHost, pair.host, at);
    push(byMesh, pair.mesh, at);
    push(byClass, of, at);
    const own = clusterOfClass(of);
    for (const cluster of new Set([...(own === null ? [] : [own]), ...exporters])) addTo(byCluster, cluster, at);
  }
  const classOf = new Map<string, ClientClass>();
  const classesAt = new Map<string, Set<ClientClass>>();
  for (const its of byClass.keys())
    for (const { workload, namespace } of its.members) {
      classOf.set(refKey(workload), its);
      addTo(classesAt, `${workload.cluster}|${namespace}`, its);
    }
  return {
    ...{ byHost, byMesh, byClass, classOf, classesAt, byCluster },
    byPlace: new Map(),
    byServer: new Map(),
    clientIn: pairs.map(({ of }) => clusterOfClass(of)),
    passing: new Set(),
    workloadsOf: pairs.map(() => new Map()),
    keyOf: rememberedKeys(),
  };
}

function clusterOfClass({ members: [first] }: ClientClass): ClusterId | null {
  return first?.workload.cluster ?? null;
}

/** Notes what the pair depends on, as its ways show. */
export function note(dependents: Dependents, pair: number, ways: readonly Way[]): void {
  const { passing } = dependents;
  for (const { path, hops, others } of ways) {
    if (path === "east-west") passing.add(pair);
    for (const { at } of hops) noteStation(dependents, pair, at, at === hops[0]?.at);
    for (const at of others ?? []) noteStation(dependents, pair, at, false);
  }
}

function noteStation(
  { byCluster, byPlace, byServer, workloadsOf, keyOf }: Dependents,
  pair: number,
  at: ObjectRef,
  isClient: boolean,
): void {
  const known = workloadsOf[pair];
  const key = keyOf(at);
  if (!isClient) addTo(byServer, key, pair);
  if (!known || known.has(key)) return;
  known.set(key, at);
  addTo(byPlace, `${at.cluster}|${at.namespace ?? ""}`, pair);
  addTo(byCluster, at.cluster, pair);
}

function push<K, V>(index: Map<K, V[]>, key: K, value: V): void {
  const known = index.get(key);
  if (known) known.push(value);
  else index.set(key, [value]);
}

function addTo<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const known = index.get(key);
  if (known) known.add(value);
  else index.set(key, new Set([value]));
}

/** What may differ between two worlds. */
export interface Affected {
  /** By their places. */
  readonly pairs: ReadonlySet<number>;
  /** Of which any way may be another one, also those that nobody imports. */
  readonly hosts: ReadonlySet<string>;
  /** In which anything may be another. */
  readonly clusters: ReadonlySet<ClusterId>;
}

/** Kinds that requests depend on only by what the inventory, federation and memories make of them, or not at all. */
const elsewhere: ReadonlySet<string> = new Set([
  "ConfigMap",
  "ExportedServiceSet.federation.maistra.io",
  "HorizontalPodAutoscaler.autoscaling",
  "ImportedServiceSet.federation.maistra.io",
  "NetworkPolicy.networking.k8s.io",
  "PodDisruptionBudget.policy",
  "Secret",
  "ServiceAccount",
  "ServiceMeshControlPlane.maistra.io",
  "ServiceMeshMember.maistra.io",
  "ServiceMeshMemberRoll.maistra.io",
  "ServiceMeshPeer.federation.maistra.io",
  "VirtualService.networking.istio.io",
]);

/** Kinds that only what lies in their namespace depends on, or what does not find its way yet. */
const workloadKinds: ReadonlySet<string> = new Set([
  "DaemonSet.apps",
  "Deployment.apps",
  "DeploymentConfig.apps.openshift.io",
  "Pod",
  "ReplicaSet.apps",
  "Service",
  "StatefulSet.apps",
]);

/** The pairs that may differ between two worlds, of which `after` has come out of `before`. `isOk`: whether a pair arrives by now. */
export function affectedBy(
  before: World,
  after: World,
  dependents: Dependents,
  isOk: (pair: number) => boolean,
): Affected {
  const { byHost, byMesh, byClass, classOf, classesAt, byCluster, byPlace, byServer, clientIn, passing } = dependents;
  const pairs = new Set<number>();
  const hosts = new Set<string>();
  const clusters = new Set<ClusterId>();
  const add = (found: Iterable<number> | undefined): void => {
    for (const pair of found ?? []) pairs.add(pair);
  };
  const addHosts = (found: Iterable<string>): void => {
    for (const host of found) {
      hosts.add(host);
      add(byHost.get(host));
    }
  };
  // What istiod reads in a cluster concerns that cluster's clients, and who gets to its gateways.
  const isToldIn = (cluster: ClusterId, pair: number): boolean => clientIn[pair] === cluster || passing.has(pair);
  const addHostsToldIn = (cluster: ClusterId, found: Iterable<string>): void => {
    for (const host of found) {
      hosts.add(host);
      add(byHost.get(host)?.filter((pair) => isToldIn(cluster, pair)));
    }
  };
  const addCluster = (cluster: ClusterId): void => {
    clusters.add(cluster);
    add(byCluster.get(cluster));
  };
  const addPlace = (cluster: ClusterId, namespace: string): void => {
    add(byPlace.get(`${cluster}|${namespace}`));
    for (const its of classesAt.get(`${cluster}|${namespace}`) ?? []) add(byClass.get(its));
  };
  if (before.derived !== after.derived) {
    // Not kept with what is derived: each would hold the one before it, for ever.
    const [was, is] = [before.derived(), after.derived()];
    const differs = after.readings.keep("what differs", [was, is], () => differences(was, is));
    for (const cluster of differs.clusters) addCluster(cluster);
    addHosts(differs.hosts);
  }
  const isRemembered = before.derived === after.derived && before.meshes === after.meshes;
  for (const mesh of isRemembered && before.proxies.groups === after.proxies.groups
    ? []
    : after.derived().inventory.meshes) {
    const [one, other] = [before.meshes.get(mesh.id), after.meshes.get(mesh.id)];
    const old = before.derived().mesh(mesh.id);
    const isNew = one?.bundle !== other?.bundle || one?.stuck !== other?.stuck || one?.frozen !== other?.frozen;
    if (isNew || !old || freshKey(before, old) !== freshKey(after, mesh) || memoriesDiffer(before, after, mesh.id))
      addCluster(mesh.cluster);
    else if (one?.importsMade !== other?.importsMade) add(byMesh.get(mesh.id));
  }
  for (const kind of changedKinds(before, after)) {
    if (elsewhere.has(kind)) continue;
    for (const change of changesOf(before, after, kind)) {
      const { cluster } = change;
      const namespace = (change.after ?? change.before)?.ref.namespace ?? "";
      switch (kind) {
        case "ServiceEntry.networking.istio.io":
          addHostsToldIn(
            cluster,
            eachBody(change).flatMap((body) => textsAt(body, "/spec/hosts")),
          );
          break;
        case "WorkloadEntry.networking.istio.io":
          addHostsToldIn(cluster, hostsOfEntry(after, change));
          break;
        case "Gateway.networking.istio.io": {
          const named = eachBody(change).flatMap(serverHosts);
          for (const host of named) {
            hosts.add(host);
            add(byHost.get(host)?.filter((pair) => passing.has(pair)));
          }
          if (named.some((host) => host.includes("*"))) {
            clusters.add(cluster);
            add([...(byCluster.get(cluster) ?? [])].filter((pair) => passing.has(pair)));
          }
          break;
        }
        case "DestinationRule.networking.istio.io": {
          // Only what they say of TLS counts; a short name or a wildcard may mean any host.
          for (const host of eachBody(change)
            .filter(statesTls)
            .map((body) => valueAt(body, "/spec/host"))) {
            if (typeof host === "string" && host.includes(".") && !host.startsWith("*")) addHosts([host]);
            else addCluster(cluster);
          }
          break;
        }
        case "AuthorizationPolicy.security.istio.io":
        case "PeerAuthentication.security.istio.io":
        case "Sidecar.networking.istio.io": {
          const selected = kind.startsWith("Authorization") ? selectedBy(after, change) : null;
          if (isRoot(after, cluster, namespace)) addCluster(cluster);
          else if (selected) {
            for (const { workload, labels } of selected) {
              add(byServer.get(refKey(workload)));
              for (const host of hostsOfPod(after, cluster, namespace, labels)) hosts.add(host);
            }
          } else {
            addPlace(cluster, namespace);
            for (const host of hostsIn(after, cluster, namespace)) hosts.add(host);
          }
          break;
        }
        case "Gateway.gateway.networking.k8s.io":
          if (eachBody(change).some((body) => valueAt(body, "/spec/gatewayClassName") === "istio-remote")) {
            clusters.add(cluster);
            add([...(byCluster.get(cluster) ?? [])].filter((pair) => isToldIn(cluster, pair)));
          } else addPlace(cluster, namespace);
          break;
        case "Namespace": {
          const { name = "" } = (change.after ?? change.before)?.ref ?? {};
          addPlace(cluster, name);
          addHosts(hostsIn(after, cluster, name));
          break;
        }
        default:
          if (!workloadKinds.has(kind)) addCluster(cluster);
          else {
            addPlace(cluster, namespace);
            add([...(byCluster.get(cluster) ?? [])].filter((pair) => !isOk(pair)));
            addHosts(hostsIn(after, cluster, namespace));
          }
      }
    }
  }
  if (before.proxies.groupOf !== after.proxies.groupOf)
    for (const key of movedProxies(before, after)) {
      add(byServer.get(key));
      const its = classOf.get(key);
      if (its) add(byClass.get(its));
    }
  return { pairs, hosts, clusters };
}

/** Workloads whose proxies are of another group. */
function* movedProxies(before: World, after: World): Iterable<string> {
  for (let at = after.trail; at !== null && at !== before.trail; at = at.earlier) {
    const key = refKey(at.ref);
    if (before.proxies.groupOf.get(key) !== after.proxies.groupOf.get(key)) yield key;
  }
}

/** Whether what a group of the mesh's proxies remembers has changed. */
function memoriesDiffer(before: World, after: World, mesh: MeshId): boolean {
  return before.proxies.groups.some(({ mesh: its, key }, at) => its === mesh && after.proxies.groups[at]?.key !== key);
}

/** The pods that a policy acts on, as it was or as it is; null: it selects none in particular. */
function selectedBy(world: World, change: ObjectChange): readonly PodShape[] | null {
  const shapes: PodShape[] = [];
  const here = world.derived().inventory.meshes.filter((mesh) => mesh.cluster === change.cluster);
  for (const object of [change.before, change.after]) {
    if (object === null) continue;
    const labels = valueAt(object.body, "/spec/selector/matchLabels");
    if (!isJsonObject(labels) || Object.keys(labels).length === 0) return null;
    const namespace = object.ref.namespace ?? "";
    for (const mesh of here)
      for (const of of ["pods", "templates"] as const)
        shapes.push(
          ...world
            .derived()
            .podsOf(mesh)
            .find(of, namespace, labels as Readonly<Record<string, string>>),
        );
  }
  return shapes;
}

function isRoot(world: World, cluster: ClusterId, namespace: string): boolean {
  return world.derived().inventory.meshes.some((mesh) => mesh.cluster === cluster && mesh.namespace === namespace);
}
