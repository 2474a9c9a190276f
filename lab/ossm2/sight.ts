// What one istiod sees of its own cluster, from what the API server shows.
import { pointer } from "../../src/core/pointer.ts";
import type { LiveObject } from "../api/live-object.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { type ControlPlanePlace, placeOf } from "./control-plane.ts";
import { meshOf, type MeshView, type PeerView, peerOf } from "./meshes.ts";
import type { Sight } from "./mesh-memory.ts";
import { listAt, numberAt, textAt } from "./read-fields.ts";
import { registryOf } from "./registry.ts";
import { exportSetOf, importSetOf } from "./service-sets.ts";

/** On istiod's pods: the run that a restart of the stand-in's own ended, and whose memory they go on with. */
export const goesOnFrom = "lab.meshferry/goes-on-from";
/** When its istiod was restarted because a peer was made again; on the pods. */
export const restartedForTrust = "lab.meshferry/restarted-for-trust";
const goesOnFromPath = pointer("metadata", "annotations", goesOnFrom);

export interface MeshSight extends Sight {
  readonly store: ClusterStore;
  readonly object: LiveObject;
  readonly mesh: MeshView;
  /** null: no istiod is installed. */
  readonly place: ControlPlanePlace | null;
  /** The istiod that runs. */
  readonly istiod: LiveObject | null;
}

export function sightOf(
  store: ClusterStore,
  object: LiveObject,
  before: string | null,
  changed: ReadonlySet<string>,
): MeshSight {
  const mesh = meshOf(object);
  const own = (each: LiveObject): boolean => each.metadata.namespace === mesh.namespace;
  const place = controlPlaneIn(store, mesh);
  const istiod = place === null ? null : runningIstiod(store, place, before);
  const peers = store.all("ServiceMeshPeer").filter(own).map(peerOf);
  return {
    store,
    object,
    mesh,
    place,
    istiod,
    run: istiod === null ? null : runOf(istiod),
    goesOnFrom: istiod === null ? null : textAt(istiod, goesOnFromPath) || null,
    peers: new Map(peers.map((peer) => [peer.name, peer])),
    exportSets: byName(store.all("ExportedServiceSet").filter(own), exportSetOf),
    importSets: byName(store.all("ImportedServiceSet").filter(own), importSetOf),
    registry: registryOf([...store.all("Service"), ...store.all("ServiceEntry")]),
    changed,
    roots: rootsOf(store, mesh, peers),
  };
}

function byName<T>(objects: readonly LiveObject[], read: (object: LiveObject) => T): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.metadata.name, read(object)]));
}

function controlPlaneIn(store: ClusterStore, mesh: MeshView): ControlPlanePlace | null {
  const revision = ["", mesh.name].find((each) =>
    store.get("Deployment", mesh.namespace, placeOf(mesh.namespace, each).deployment),
  );
  return revision === undefined ? null : placeOf(mesh.namespace, revision);
}

/** The one whose memory counts: it stays the same until that process is gone, also while a newer one is ready beside it. */
function runningIstiod(store: ClusterStore, place: ControlPlanePlace, before: string | null): LiveObject | null {
  const revision = place.revision === "" ? "default" : place.revision;
  const ready = store.all("Pod").filter(({ metadata, ...pod }) => {
    const labels = metadata.labels ?? {};
    const isIstiod = labels["app"] === "istiod" && (labels["istio.io/rev"] ?? "default") === revision;
    return metadata.namespace === place.namespace && isIstiod && isReady(pod) && !metadata.deletionTimestamp;
  });
  const newest = ready.toSorted((left, right) =>
    left.metadata.creationTimestamp < right.metadata.creationTimestamp ? 1 : -1,
  );
  return ready.find((pod) => runOf(pod) === before) ?? newest[0] ?? null;
}

/** A container that was started again remembers nothing either. */
function runOf(pod: LiveObject): string {
  return `${pod.metadata.uid}/${numberAt(listAt(pod, "/status/containerStatuses")[0], "/restartCount") ?? 0}`;
}

export function isReady(pod: Pick<LiveObject, string>): boolean {
  const conditions = listAt(pod["status"], "/conditions");
  return conditions.some((each) => textAt(each, "/type") === "Ready" && textAt(each, "/status") === "True");
}

/** Addresses of a gateway's ready pods. */
export function gatewayAddresses(store: ClusterStore, namespace: string, gateway: string): string[] {
  return gatewayPods(store, namespace, gateway)
    .map((pod) => textAt(pod, "/status/podIP"))
    .sort();
}

/** Labels of a gateway's pods, without those that tell one from another. */
export function gatewayLabels(store: ClusterStore, namespace: string, gateway: string): Record<string, string> {
  const { "pod-template-hash": _, ...labels } = gatewayPods(store, namespace, gateway)[0]?.metadata.labels ?? {};
  return labels;
}

function gatewayPods(store: ClusterStore, namespace: string, gateway: string): LiveObject[] {
  return store
    .all("Pod")
    .filter(
      (pod) =>
        pod.metadata.namespace === namespace &&
        pod.metadata.labels?.["service.istio.io/canonical-name"] === gateway &&
        isReady(pod) &&
        !pod.metadata.deletionTimestamp,
    );
}

/** Where a federation ingress gateway answers, while it has a ready pod. */
export function ingressAddresses(store: ClusterStore, namespace: string, gateway: string): string[] {
  const service = store.get("Service", namespace, gateway);
  if (!service || gatewayPods(store, namespace, gateway).length === 0) return [];
  const balanced = listAt(service, "/status/loadBalancer/ingress");
  const fixed = listAt(service, "/spec/externalIPs").flatMap((each) => (typeof each === "string" ? [each] : []));
  return [...fixed, ...balanced.flatMap((each) => [textAt(each, "/ip"), textAt(each, "/hostname")])].filter(Boolean);
}

function rootsOf(store: ClusterStore, mesh: MeshView, peers: readonly PeerView[]): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const { trustDomain, root } of peers) {
    if (trustDomain === "" || trustDomain === mesh.trustDomain) continue;
    const pem = textAt(store.get("ConfigMap", mesh.namespace, root.configMap), pointer("data", root.key));
    if (pem !== "") roots.set(trustDomain, pem);
  }
  return roots;
}
