// Pods and pod templates of one cluster, findable by label: who runs a service, in time that does not grow with the number of services.
import type { ObjectRef } from "../core/object-ref.ts";
import { kindKey, refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import type { KindName, View } from "../inventory/kinds/registry.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import { type FixedAddresses, fixedAddresses } from "./fixed-addresses.ts";

type PodView = View<"Pod">;
type Template = View<"Deployment.apps">["spec"]["template"];

/** A pod, or the template that would make one. */
export interface PodShape {
  readonly namespace: string;
  /** The workload that a restart or a scale would name; the pod itself where it has no owner. */
  readonly workload: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly spec: PodView["spec"];
  readonly sidecar: boolean;
  /** The pod's own name; null for a template. */
  readonly pod: string | null;
  /** Of a pod that has any. */
  readonly addresses: readonly string[];
  /** Running or about to; false for a template. */
  readonly live: boolean;
  /** Of the template's workload; 1 for a pod. */
  readonly replicas: number;
}

export interface PodIndex {
  readonly pods: readonly PodShape[];
  readonly templates: readonly PodShape[];
  /** Whether pods or templates of any kind were supplied. */
  readonly supplied: boolean;
  /** The addresses of a Service that selects no pods. */
  readonly fixed: FixedAddresses<PodShape>;
  /** The shapes behind Services that somebody has asked for (shapesBehind in find-runners.ts): half a dozen stations do. */
  readonly behind: Map<Typed<"Service">, readonly PodShape[]>;
  /**
   * The labels by which a workload knows its pods, which it cannot change (Kubernetes, apps/v1, spec.selector); a pod's own, where it
   * has no owner; empty: not known.
   */
  selectorOf(workload: ObjectRef): Readonly<Record<string, string>>;
  /** Shapes of a namespace whose labels hold every pair of the selector. */
  find(of: "pods" | "templates", namespace: string, selector: Readonly<Record<string, string>>): readonly PodShape[];
}

/** The sidecar's container (Istio injection template; as an init container from Istio 1.29 and with native sidecars). */
const proxyContainer = "istio-proxy";

const templateKinds = [
  "Deployment.apps",
  "StatefulSet.apps",
  "DaemonSet.apps",
  "DeploymentConfig.apps.openshift.io",
] as const satisfies readonly KindName[];

const selectingKinds = [...templateKinds, "ReplicaSet.apps"] as const;

/** Indexes the pods and templates of a cluster. Pods that have ended count for nothing. */
export function indexPods(cluster: Cluster): PodIndex {
  const pods = podsIn(cluster);
  return indexOf(pods, templatesIn(cluster), fixedAddresses(cluster, pods), labelsIn(cluster));
}

function podsIn(cluster: Cluster): readonly PodShape[] {
  return cluster.typed.Pod.filter(
    ({ view }) => view.status.phase !== "Succeeded" && view.status.phase !== "Failed",
  ).map((pod) => podShape(cluster, pod));
}

function templatesIn(cluster: Cluster): readonly PodShape[] {
  return templateKinds.flatMap((kind) =>
    cluster.typed[kind].map(({ ref, view }) => templateShape(ref, view.spec.template, view.spec.replicas ?? 1)),
  );
}

type LabelsOf = PodIndex["selectorOf"];

/** Apart from the cluster, which a rehearsal lets go of while it keeps the index. */
function indexOf(
  pods: readonly PodShape[],
  templates: readonly PodShape[],
  fixed: PodIndex["fixed"],
  selectorOf: LabelsOf,
): PodIndex {
  const indexes = { pods: byPair(pods), templates: byPair(templates) };
  return {
    pods,
    templates,
    supplied: pods.length > 0 || templates.length > 0,
    fixed,
    behind: new Map(),
    selectorOf,
    find: (of, namespace, selector) => {
      // The rarest pair's shapes are few; only they are compared in full.
      let fewest: readonly PodShape[] | null = null;
      for (const key of Object.keys(selector)) {
        const shapes = indexes[of].get(`${namespace}|${key}=${selector[key] ?? ""}`) ?? [];
        if (fewest === null || shapes.length < fewest.length) fewest = shapes;
      }
      return (fewest ?? []).filter(({ labels }) => matchesPairs(selector, labels));
    },
  };
}

function labelsIn({ byName }: Cluster): LabelsOf {
  const pods = byName.Pod;
  const workloads = new Map(selectingKinds.map((kind) => [kind as string, byName[kind]] as const));
  return (workload) => {
    const place = `${workload.namespace ?? ""}/${workload.name}`;
    if (kindKey(workload) === "Pod") return pods.get(place)?.view.metadata.labels ?? {};
    return workloads.get(kindKey(workload))?.get(place)?.view.spec.selector.matchLabels ?? {};
  };
}

function byPair(shapes: readonly PodShape[]): ReadonlyMap<string, readonly PodShape[]> {
  const index = new Map<string, PodShape[]>();
  for (const shape of shapes) {
    for (const [key, value] of Object.entries(shape.labels)) {
      const at = `${shape.namespace}|${key}=${value}`;
      const found = index.get(at);
      if (found) found.push(shape);
      else index.set(at, [shape]);
    }
  }
  return index;
}

function podShape(cluster: Cluster, pod: Typed<"Pod">): PodShape {
  const { metadata, spec } = pod.view;
  return {
    namespace: pod.ref.namespace ?? "",
    workload: ownerOf(cluster, pod),
    labels: metadata.labels,
    annotations: metadata.annotations,
    serviceAccount: accountOf(spec),
    spec,
    sidecar: hasProxy(spec),
    pod: pod.ref.name,
    addresses: addressesOf(pod.view.status),
    live: true,
    replicas: 1,
  };
}

function templateShape(ref: ObjectRef, template: Template, replicas: number): PodShape {
  const { labels, annotations } = template.metadata;
  return {
    namespace: ref.namespace ?? "",
    workload: ref,
    labels,
    annotations,
    serviceAccount: accountOf(template.spec),
    spec: template.spec,
    // OSSM 2 injects where the pod's annotation asks for it; the namespace's label alone does not (Maistra 2.5, sidecar injector).
    sidecar:
      hasProxy(template.spec) ||
      (annotations["sidecar.istio.io/inject"] ?? labels["sidecar.istio.io/inject"]) === "true",
    pod: null,
    addresses: [],
    live: false,
    replicas,
  };
}

function addressesOf({ podIP, podIPs }: PodView["status"]): string[] {
  return sortedUnique([podIP, ...podIPs.map(({ ip }) => ip)].filter((address) => address !== ""));
}

/** Pods without an account run as "default" (Kubernetes, ServiceAccount admission). */
function accountOf(spec: PodView["spec"]): string {
  return spec.serviceAccountName || spec.serviceAccount || "default";
}

function hasProxy(spec: PodView["spec"]): boolean {
  return spec.containers.some(isProxy) || spec.initContainers.some(isProxy);
}

function isProxy({ name }: PodView["spec"]["containers"][number]): boolean {
  return name === proxyContainer;
}

/** Pod → ReplicaSet → Deployment, by owner references; a ReplicaSet that was not supplied is named after its Deployment and template hash. */
function ownerOf(cluster: Cluster, pod: Typed<"Pod">): ObjectRef {
  const { namespace } = pod.ref;
  const owner = controllerOf(pod.view.metadata.ownerReferences);
  if (!owner) return pod.ref;
  const direct = ownerRef(cluster, namespace, owner);
  const deploymentConfig = pod.view.metadata.annotations["openshift.io/deployment-config.name"];
  if (owner.kind === "ReplicationController" && deploymentConfig) {
    // A DeploymentConfig's pods belong to a ReplicationController, and name it (OpenShift, appsv1.DeploymentConfigAnnotation).
    return { ...direct, group: "apps.openshift.io", kind: "DeploymentConfig", name: deploymentConfig };
  }
  if (owner.kind !== "ReplicaSet") return direct;
  const set = findTyped(cluster, "ReplicaSet.apps", namespace, owner.name);
  const above = set && controllerOf(set.view.metadata.ownerReferences);
  if (above) return ownerRef(cluster, namespace, above);
  const hash = pod.view.metadata.labels["pod-template-hash"];
  if (!set && hash && owner.name.endsWith(`-${hash}`)) {
    return { ...direct, kind: "Deployment", name: owner.name.slice(0, -hash.length - 1) };
  }
  return direct;
}

type Owner = PodView["metadata"]["ownerReferences"][number];

function controllerOf(owners: readonly Owner[]): Owner | undefined {
  return owners.find(({ controller }) => controller);
}

function ownerRef(cluster: Cluster, namespace: string | null, owner: Owner): ObjectRef {
  const group = owner.apiVersion.includes("/") ? (owner.apiVersion.split("/")[0] ?? "") : "";
  return { cluster: cluster.id, group, kind: owner.kind, namespace, name: owner.name };
}

/** Shapes by workload, in the order of the workloads' keys. */
export function byWorkload(shapes: readonly PodShape[]): ReadonlyMap<string, readonly PodShape[]> {
  const groups = new Map<string, PodShape[]>();
  for (const shape of shapes) {
    const key = refKey(shape.workload);
    const group = groups.get(key);
    if (group) group.push(shape);
    else groups.set(key, [shape]);
  }
  return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}
