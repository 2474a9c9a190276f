// The hosts that a change of an object is about: of entries and Services that it is, lies beside, or is selected by.
import type { ClusterId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import type { Typed } from "../inventory/cluster.ts";
import type { KindName } from "../inventory/kinds/registry.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import { type ClusterState, labelKey, sliceIn } from "./cluster-state.ts";
import type { ObjectChange } from "./controllers/controller.ts";
import type { World } from "./world.ts";

/** The bodies of an object as it was and as it is, where it was or is. */
export function eachBody({ before, after }: ObjectChange) {
  return [before, after].flatMap((object) => (object === null ? [] : [object.body]));
}

/** The texts of a list. */
export function textsAt(body: Json, path: string): readonly string[] {
  const value = valueAt(body, path);
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** The hosts of a Gateway's servers, without their namespaces. */
export function serverHosts(body: Json): readonly string[] {
  const servers = valueAt(body, "/spec/servers");
  const count = Array.isArray(servers) ? servers.length : 0;
  return Array.from({ length: count }, (_, at) => textsAt(body, `/spec/servers/${at}/hosts`))
    .flat()
    .map((host) => host.slice(host.indexOf("/") + 1));
}

/** The hosts of the entries and Services of its namespace that select a WorkloadEntry, as it was or as it is. */
export function hostsOfEntry(world: World, { cluster, before, after }: ObjectChange): readonly string[] {
  const ref = (after ?? before)?.ref;
  if (!ref) return [];
  const namespace = ref.namespace ?? "";
  return [before, after].flatMap((object) => {
    const labels = object ? valueAt(object.body, "/metadata/labels") : undefined;
    if (typeof labels !== "object" || labels === null || Array.isArray(labels)) return [];
    return hostsOfPod(world, cluster, namespace, labels as Readonly<Record<string, string>>);
  });
}

/** The hosts of the entries and Services of its namespace that select what has these labels. */
export function hostsOfPod(
  world: World,
  cluster: ClusterId,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  const state = world.clusters.get(cluster);
  if (!state) return [];
  return [...entriesSelecting(state, namespace, labels), ...servicesSelecting(state, world, namespace, labels)];
}

function entriesSelecting(
  { entriesBySelector }: ClusterState,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(labels)
    .flatMap(([label, value]) => entriesBySelector.get(labelKey(namespace, label, value)) ?? [])
    .filter(({ view: { spec } }) => matchesPairs(spec.workloadSelector?.labels ?? {}, labels))
    .flatMap(({ view }) => view.spec.hosts);
}

function inNamespace<K extends KindName>(state: ClusterState, kind: K, namespace: string): readonly Typed<K>[] {
  // The slice is of this kind.
  return sliceIn(state, kind).namespaces.get(namespace) ?? [];
}

function servicesSelecting(
  state: ClusterState,
  world: World,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly string[] {
  return inNamespace(state, "Service", namespace)
    .filter(({ view: { spec } }) => Object.keys(spec.selector).length > 0 && matchesPairs(spec.selector, labels))
    .flatMap((service) => hostsOfService(world, service));
}

function hostsOfService(world: World, { ref }: Typed<"Service">): readonly string[] {
  const here = world.derived().inventory.meshes.filter(({ cluster }) => cluster === ref.cluster);
  return [...new Set(here.map(({ clusterDomain }) => `${ref.name}.${ref.namespace ?? ""}.svc.${clusterDomain}`))];
}

/** The hosts of every entry and Service of a namespace. */
export function hostsIn(world: World, cluster: ClusterId, namespace: string): readonly string[] {
  const state = world.clusters.get(cluster);
  if (!state) return [];
  return [
    ...inNamespace(state, "ServiceEntry.networking.istio.io", namespace).flatMap(({ view }) => view.spec.hosts),
    ...inNamespace(state, "Service", namespace).flatMap((service) => hostsOfService(world, service)),
  ];
}
