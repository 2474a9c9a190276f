// The statuses that controllers write once they have done their part: in the model they always have.
import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { valueAt, withValueAt } from "../core/pointer.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { peerOf } from "./known-services.ts";
import type { World } from "./world.ts";

const workloads: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "DeploymentConfig"]);

/** The object with the status that it has when everything has come to rest. */
export function healthy(world: World, object: KubeObject): KubeObject {
  const { kind, group } = object.ref;
  if (workloads.has(kind)) return withStatus(scaledUp(object), rolledOut(scaledUp(object)));
  if (kind === "ServiceMeshControlPlane") return withStatus(object, ready(object));
  if (kind === "Pod") return withStatus(object, { phase: "Running", podIP: addressOfPod(object.ref), podIPs: [] });
  if (kind === "ServiceMeshPeer" && group === "federation.maistra.io")
    return withStatus(object, peerStatus(world, object));
  if (kind === "ImportedServiceSet") return withStatus(object, importStatus(world, object));
  return object;
}

/** What is scaled to zero may be scaled up at any moment, and then has to be as everybody else. */
function scaledUp(object: KubeObject): KubeObject {
  if (valueAt(object.body, "/spec/replicas") !== 0) return object;
  return { ...object, body: withValueAt(object.body, "/spec/replicas", 1) as JsonObject };
}

function withStatus(object: KubeObject, status: JsonObject): KubeObject {
  const held = object.body["status"];
  return { ...object, body: { ...object.body, status: { ...(isJsonObject(held) ? held : {}), ...status } } };
}

function generationIn({ body }: KubeObject): Json {
  return valueAt(body, "/metadata/generation") ?? 0;
}

function rolledOut(object: KubeObject): JsonObject {
  const wanted = valueAt(object.body, "/spec/replicas");
  const replicas = typeof wanted === "number" ? wanted : 1;
  return {
    observedGeneration: generationIn(object),
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
    desiredNumberScheduled: replicas,
    updatedNumberScheduled: replicas,
    numberAvailable: replicas,
    conditions: [],
  };
}

function ready(object: KubeObject): JsonObject {
  return {
    observedGeneration: generationIn(object),
    conditions: [{ type: "Ready", status: "True", reason: "ComponentsReady", message: "" }],
  };
}

/** Connected and synced with every istiod pod, while its link stands and neither end is blocked (maistra/api federation/v1). */
function peerStatus(world: World, { ref }: KubeObject): JsonObject {
  const { inventory, federation } = world.derived();
  const mesh = inventory.meshes.find(
    ({ cluster, namespace }) => cluster === ref.cluster && namespace === ref.namespace,
  );
  const key = refKey(ref);
  const link = federation.links.find(({ ends }) => ends.some(({ peer }) => refKey(peer) === key));
  const isIdle = mesh && world.meshes.get(mesh.id)?.frozen === null && world.meshes.get(mesh.id)?.stuck.length === 0;
  const connected = link !== undefined && link.rejected === null && isIdle === true;
  const row = (pod: string): JsonObject => ({
    pod,
    watch: { connected, ...(connected ? { lastFullSync: late, lastConnected: late } : {}) },
    remotes: [],
  });
  return { discoveryStatus: { active: mesh ? istiodPods(world, mesh).map(row) : [], inactive: [] } };
}

/** What federation imports by the set as it goes by it, whatever status the object had when it was read. */
function importStatus(world: World, { ref }: KubeObject): JsonObject {
  const { inventory, importsOf } = world.derived();
  const mesh = inventory.meshes.find(
    ({ cluster, namespace }) => cluster === ref.cluster && namespace === ref.namespace,
  );
  const hosts = [...(mesh ? importsOf(mesh.id) : [])].flatMap(([hostname, its]) =>
    mesh && its.some((each) => peerOf(mesh, each).name === ref.name) ? [hostname] : [],
  );
  return { importedServices: hosts.map((hostname) => ({ localService: { hostname } })) };
}

/** Later than anything that started: the model has no clock. */
const late = "9999-01-01T00:00:00Z";

function istiodPods(world: World, mesh: Mesh): readonly string[] {
  const { pods } = world.derived().podsOf(mesh);
  const own = pods.filter(({ workload }) => refKey(workload) === refKey(mesh.istiod)).flatMap(({ pod }) => pod ?? []);
  return own.length > 0 ? own : [podOf(mesh.istiod).ref.name];
}

/** In the model each pod has an address of its own, whatever was supplied; one that is not known is its workload's only one. */
export function addressOfPod(podOrWorkload: ObjectRef): string {
  return refKey(podOrWorkload);
}

/** A Deployment that has to be there, since a mesh's control plane is. */
export function deploymentOf(ref: ObjectRef): KubeObject {
  const metadata: JsonObject = { name: ref.name, namespace: ref.namespace };
  const body: JsonObject = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1 } };
  return { ref, apiVersion: "apps/v1", origin: { cluster: ref.cluster }, body };
}

/** A pod of a workload whose pods were not supplied. */
export function podOf(workload: ObjectRef): KubeObject {
  const ref: ObjectRef = { ...workload, group: "", kind: "Pod", name: `${workload.name}-modelled` };
  const body: JsonObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: ref.name, namespace: ref.namespace },
    status: { phase: "Running", podIP: addressOfPod(workload) },
  };
  return { ref, apiVersion: "v1", origin: { cluster: ref.cluster }, body };
}
