// Which pairs a change can concern: what most steps write concerns one host of thousands. Errs on the side of too many, never of too few.
import type { Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import type { Way } from "../dataplane/reached.ts";
import { valueAt } from "../core/pointer.ts";
import type { Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { PairOfClass } from "./classes.ts";
import type { ClusterState } from "./cluster-state.ts";
import { changesOf, type ObjectChange } from "./controllers/controller.ts";
import type { World } from "./world.ts";

/** Where pairs can be found again by what they depend on. Grows with every look at a pair. */
export interface Dependents {
  readonly byHost: ReadonlyMap<string, readonly number[]>;
  /** By "CLUSTER|NAMESPACE" of each station of their ways. */
  readonly byPlace: Map<string, Set<number>>;
  /** By refKey of each workload on their ways, and of each client. */
  readonly byWorkload: Map<string, Set<number>>;
  /** The other way round: what each pair depends on. */
  readonly ofPair: readonly Dependence[];
}

export interface Dependence {
  readonly clusters: Set<string>;
  readonly workloads: Set<string>;
}

export function dependents(pairs: readonly PairOfClass[]): Dependents {
  const byHost = new Map<string, number[]>();
  const byWorkload = new Map<string, Set<number>>();
  const ofPair = pairs.map(({ members }) => ({
    clusters: new Set<string>(members.map(({ workload }) => workload.cluster)),
    workloads: new Set(members.map(({ workload }) => refKey(workload))),
  }));
  for (const [at, { pair, members }] of pairs.entries()) {
    const known = byHost.get(pair.host);
    if (known) known.push(at);
    else byHost.set(pair.host, [at]);
    for (const { workload } of members) addTo(byWorkload, refKey(workload), at);
  }
  return { byHost, byPlace: new Map(), byWorkload, ofPair };
}

/** Notes what the pair depends on, as its ways show. */
export function note({ byPlace, byWorkload, ofPair }: Dependents, pair: number, ways: readonly Way[]): void {
  for (const { hops } of ways)
    for (const { at } of hops) {
      const key = refKey(at);
      addTo(byPlace, `${at.cluster}|${at.namespace ?? ""}`, pair);
      addTo(byWorkload, key, pair);
      ofPair[pair]?.clusters.add(at.cluster);
      ofPair[pair]?.workloads.add(key);
    }
}

function addTo(index: Map<string, Set<number>>, key: string, pair: number): void {
  const known = index.get(key);
  if (known) known.add(pair);
  else index.set(key, new Set([pair]));
}

/** Kinds that the model's requests do not depend on. */
const ofNoRequest: ReadonlySet<string> = new Set([
  "DestinationRule.networking.istio.io",
  "HorizontalPodAutoscaler.autoscaling",
  "NetworkPolicy.networking.k8s.io",
  "PodDisruptionBudget.policy",
  "ServiceAccount",
  "VirtualService.networking.istio.io",
]);

/** The pairs that may differ between two worlds, by their places; "all": any. */
export function affectedBy(
  before: World,
  after: World,
  { byHost, byPlace, byWorkload }: Dependents,
): ReadonlySet<number> | "all" {
  if (before.derived !== after.derived || before.meshes !== after.meshes) return "all";
  const found = new Set<number>();
  const add = (pairs: Iterable<number> | undefined): void => {
    for (const pair of pairs ?? []) found.add(pair);
  };
  if (before.proxies !== after.proxies)
    for (const key of new Set([...before.proxies.keys(), ...after.proxies.keys()]))
      if (before.proxies.get(key) !== after.proxies.get(key)) add(byWorkload.get(key));
  for (const kind of changedKinds(before, after)) {
    if (ofNoRequest.has(kind)) continue;
    const changes = changesOf(before, after, kind);
    if (changes.length === 0) continue;
    switch (kind) {
      case "ServiceEntry.networking.istio.io":
        for (const host of changes.flatMap((change) =>
          eachBody(change).flatMap((body) => textsAt(body, "/spec/hosts")),
        ))
          add(byHost.get(host));
        break;
      case "WorkloadEntry.networking.istio.io":
        for (const host of changes.flatMap((change) => hostsOfEntry(after, change))) add(byHost.get(host));
        break;
      case "Gateway.networking.istio.io": {
        const hosts = changes.flatMap((change) => eachBody(change).flatMap(serverHosts));
        if (hosts.some((host) => host.includes("*"))) return "all";
        for (const host of hosts) add(byHost.get(host));
        break;
      }
      case "AuthorizationPolicy.security.istio.io": {
        const roots = new Set(after.derived().inventory.meshes.map((mesh) => `${mesh.cluster}|${mesh.namespace}`));
        for (const { cluster, before: one, after: other } of changes) {
          const place = `${cluster}|${(other ?? one)?.ref.namespace ?? ""}`;
          if (roots.has(place)) return "all";
          add(byPlace.get(place));
        }
        break;
      }
      default:
        return "all";
    }
  }
  return found;
}

function changedKinds(before: World, after: World): readonly string[] {
  const kinds = new Set<string>();
  for (const [id, state] of after.clusters) {
    const old = before.clusters.get(id);
    if (old === state) continue;
    for (const kind of new Set([...state.slices.keys(), ...(old?.slices.keys() ?? [])]))
      if (old?.slices.get(kind) !== state.slices.get(kind)) kinds.add(kind);
  }
  return [...kinds];
}

function eachBody({ before, after }: ObjectChange) {
  return [before, after].flatMap((object) => (object === null ? [] : [object.body]));
}

function textsAt(body: Json, path: string): readonly string[] {
  const value = valueAt(body, path);
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function serverHosts(body: Json): readonly string[] {
  const servers = valueAt(body, "/spec/servers");
  const count = Array.isArray(servers) ? servers.length : 0;
  return Array.from({ length: count }, (_, at) => textsAt(body, `/spec/servers/${at}/hosts`))
    .flat()
    .map((host) => host.slice(host.indexOf("/") + 1));
}

/** The hosts of the entries and Services of its namespace that select a WorkloadEntry, as it was or as it is. */
function hostsOfEntry(world: World, { cluster, before, after }: ObjectChange): readonly string[] {
  const state = world.clusters.get(cluster);
  const ref = (after ?? before)?.ref;
  if (!state || !ref) return [];
  const namespace = ref.namespace ?? "";
  return [before, after].flatMap((object) => {
    const labels = object ? valueAt(object.body, "/metadata/labels") : undefined;
    if (typeof labels !== "object" || labels === null || Array.isArray(labels)) return [];
    const pairs = labels as Readonly<Record<string, string>>;
    return [...entriesSelecting(state, namespace, pairs), ...servicesSelecting(state, world, namespace, pairs)];
  });
}

function entriesSelecting(
  state: ClusterState,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  const slice = state.slices.get("ServiceEntry.networking.istio.io");
  // The slice is of this kind.
  const entries = (slice?.inNamespace(namespace) ??
    []) as unknown as readonly Typed<"ServiceEntry.networking.istio.io">[];
  return entries
    .filter(
      ({ view: { spec } }) => spec.workloadSelector !== null && matchesPairs(spec.workloadSelector.labels, labels),
    )
    .flatMap(({ view }) => view.spec.hosts);
}

function servicesSelecting(
  state: ClusterState,
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  const slice = state.slices.get("Service");
  const services = (slice?.inNamespace(namespace) ?? []) as unknown as readonly Typed<"Service">[];
  const domains = new Set(
    world
      .derived()
      .inventory.meshes.filter(({ cluster }) => cluster === state.id)
      .map(({ clusterDomain }) => clusterDomain),
  );
  return services
    .filter(({ view: { spec } }) => Object.keys(spec.selector).length > 0 && matchesPairs(spec.selector, labels))
    .flatMap(({ ref }) => [...domains].map((domain) => `${ref.name}.${namespace}.svc.${domain}`));
}
