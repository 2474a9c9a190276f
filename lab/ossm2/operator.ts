// The operator's part: makes a control plane's gateways, members and settings of istiod what its ServiceMeshControlPlane says.
import { dump, load } from "js-yaml";
import { equalJson, isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { type LiveObject, type Manifest, nameOf } from "../api/live-object.ts";
import {
  controlPlaneStatus,
  environmentPatch,
  injectorValuesFor,
  meshConfigFor,
  trustConfigMap,
  trustFor,
} from "./control-plane.ts";
import { gatewayObjects, ownerLabel } from "./gateway-objects.ts";
import { keepFinalizer, keepMembers, removeControlPlane } from "./keep-members.ts";
import { keepStatus, type Log, type ObjectKeeper } from "./keep-objects.ts";
import { standInLabels } from "./marks.ts";
import { accountOf } from "./meshes.ts";
import { gateSecret, type PushGate } from "./push-gate.ts";
import { objectAt, textAt } from "./read-fields.ts";
import { goesOnFrom, restartedForTrust, type MeshSight } from "./sight.ts";
import { timeText } from "./statuses.ts";

export async function operate(
  sight: MeshSight,
  roots: ReadonlyMap<string, string>,
  keeper: ObjectKeeper,
  gate: PushGate | null,
  now: number,
  log: Log,
): Promise<void> {
  const { store, mesh, place, object } = sight;
  if (object.metadata.deletionTimestamp !== undefined) return removeControlPlane(sight, log);
  await keepFinalizer(sight);
  await keepMembers(sight, keeper, log);
  const revision = place?.revision ?? "";
  // Read by the next istiod that starts, never by this one.
  const trust = trustFor(
    sight.peers.size > 0,
    objectAt(store.get("ConfigMap", mesh.namespace, trustConfigMap), "/data"),
  );
  await keeper.write([trustObject(mesh.namespace, trust.data)]);
  if (trust.needsRestart && place !== null) await restart(sight, place.deployment, timeText(now), log);
  if (gate !== null) await keeper.write([gateSecret(mesh.namespace, gate.server)]);
  await configure(sight, [...roots.values()], gate?.server ?? "", log);
  // Gateways come once istiod is as it should be: they are injected with what it knows when they start.
  const istiod = place && store.get("Deployment", mesh.namespace, place.deployment);
  if (istiod && isUpToDate(istiod))
    await keeper.write(mesh.gateways.flatMap((gateway) => gatewayObjects(mesh, gateway, revision)));
  await removeGateways(sight, keeper);
  const deployments = store
    .all("Deployment")
    .filter(({ metadata }) => metadata.labels?.[ownerLabel] === mesh.name || metadata.name === place?.deployment)
    .filter(({ metadata }) => metadata.namespace === mesh.namespace);
  const isAvailable = deployments.length > mesh.gateways.length && deployments.every(isUpToDate);
  const spec = objectAt(object, "/spec");
  await keepStatus(
    store,
    object,
    controlPlaneStatus(mesh, spec, isAvailable, timeText(now), object["status"] ?? {}),
    log,
  );
}

function isUpToDate(deployment: LiveObject): boolean {
  const status = objectAt(deployment, "/status");
  const wanted = objectAt(deployment, "/spec")["replicas"] ?? 1;
  return status["observedGeneration"] === deployment.metadata.generation && status["availableReplicas"] === wanted;
}

async function removeGateways({ store, mesh }: MeshSight, keeper: ObjectKeeper): Promise<void> {
  const named = new Set(mesh.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
  const isLeft = ({ metadata }: LiveObject): boolean =>
    metadata.labels?.[ownerLabel] === mesh.name &&
    metadata.labels["maistra.io/owner"] === mesh.namespace &&
    !named.has(`${metadata.namespace ?? ""}/${metadata.name}`);
  const left = [...store.all("Deployment"), ...store.all("Service")].filter(isLeft);
  await keeper.remove(left);
  for (const { metadata } of left.filter(({ kind }) => kind === "Deployment")) {
    const { namespace = "", name } = metadata;
    await keeper.removeNamed({ apiVersion: "v1", kind: "ServiceAccount", namespace, name: accountOf(name) });
  }
}

/**
 * The real istiod would run on: the next one goes on with its memory, a worker that gets stuck meanwhile included. Unless somebody
 * else's restart is under way, which is one that forgets.
 */
async function restart({ store, mesh, run }: MeshSight, name: string, at: string, log: Log): Promise<void> {
  const before = store.get("Deployment", mesh.namespace, name);
  const isRunning = before !== undefined && isUpToDate(before);
  const annotations = { [restartedForTrust]: at, [goesOnFrom]: isRunning ? run : null };
  const patch = { spec: { template: { metadata: { annotations } } } };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: mesh.namespace, name };
  store.remember(await store.api.patch(deployment, "merge", patch));
  log("istiod restarted for trust in a new peer", { namespace: mesh.namespace });
}

function trustObject(namespace: string, data: JsonObject): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: trustConfigMap, namespace, labels: standInLabels },
    data,
  };
}

/** Mesh configuration and injection act at once; a changed environment restarts istiod. */
async function configure(
  { store, mesh, place }: MeshSight,
  roots: readonly string[],
  gate: string,
  log: Log,
): Promise<void> {
  if (place === null) return;
  const { namespace } = place;
  const config = store.get("ConfigMap", namespace, place.meshConfigMap);
  if (config) {
    const present = asObject(load(textAt(config, "/data/mesh")) as Json);
    const wanted = meshConfigFor(mesh, present, roots);
    if (!equalJson(present, wanted)) {
      store.remember(await store.api.patch(nameOf(config), "merge", { data: { mesh: dump(wanted) } }));
      log("mesh configuration changed", { namespace, roots: roots.length });
    }
  }
  const injector = store.get("ConfigMap", namespace, place.injectorConfigMap);
  if (injector) {
    const present = asObject(JSON.parse(textAt(injector, "/data/values") || "{}") as Json);
    const wanted = injectorValuesFor(mesh, present);
    if (!equalJson(present, wanted)) {
      const values = JSON.stringify(wanted, null, 2);
      store.remember(await store.api.patch(nameOf(injector), "merge", { data: { values } }));
      log("injection changed", { namespace, network: mesh.network });
    }
  }
  const deployment = store.get("Deployment", namespace, place.deployment);
  const patch = deployment && environmentPatch(mesh, deployment, gate);
  if (deployment && patch) {
    store.remember(await store.api.patch(nameOf(deployment), "json", patch));
    log("istiod changed", { namespace, deployment: place.deployment });
  }
}

function asObject(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}
