// From two meshes without federation to two that are federated: the stand-in, and the scaffold's objects in the scaffold's order.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { ingressSlot, serviceMeshPeer } from "../../src/scaffold/objects/peer.ts";
import { KubeApi } from "../api/kube-api.ts";
import type { LiveObject, Manifest } from "../api/live-object.ts";
import { hasCondition, waitFor } from "../api/wait-for.ts";
import { addressOf } from "../cluster/load-balancer-addresses.ts";
import type { Lab, LabCluster } from "../cluster/lab-cluster.ts";
import { applyAll } from "../mesh/install-mesh.ts";
import { objectsOf, type StartingPoint } from "../mesh/starting-point.ts";
import type { Log } from "./keep-objects.ts";
import type { Timing } from "./mesh-memory.ts";
import { openPushGate } from "./push-gate.ts";
import { listAt } from "./read-fields.ts";
import { startStandIn, type StandIn } from "./stand-in.ts";

export interface FederationOptions {
  readonly timing: Timing;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const readyMs = 120_000;

/** Gates on the nodes, and the loop. */
export async function runStandIn(lab: Lab, { timing, log, signal }: FederationOptions): Promise<StandIn> {
  const gates = await Promise.all(
    lab.clusters.map(async (cluster) => {
      const gate = await openPushGate(cluster, await istiodAccount(cluster), signal);
      return [cluster.name, gate] as const;
    }),
  );
  return startStandIn({ clusters: lab.clusters, gates: new Map(gates), timing, log });
}

/** Whom the cluster's istiod is to its API server; its revision is in the name. */
async function istiodAccount({ name, kubeconfig }: LabCluster): Promise<string> {
  const api = await KubeApi.open(kubeconfig);
  try {
    const { items } = await api.list({ apiVersion: "apps/v1", kind: "Deployment" }, { labels: "app=istiod" });
    const [istiod] = items;
    const account = istiod && valueAt(istiod, "/spec/template/spec/serviceAccountName");
    if (typeof account !== "string") throw new Error(`${name} has no istiod`);
    return `system:serviceaccount:${istiod?.metadata.namespace}:${account}`;
  } finally {
    await api.close();
  }
}

/** Applies what federates the meshes, and waits until each has synced with the other and imports. */
export async function federate(lab: Lab, start: StartingPoint): Promise<void> {
  await withApis(lab, async (api, name) => {
    await applyAll(api, objectsOf(start, "control-planes", name));
    const mesh = start.scaffold.meshes.find((each) => each.cluster === name);
    if (!mesh) return;
    const plane = { apiVersion: "maistra.io/v2", kind: "ServiceMeshControlPlane", namespace: mesh.namespace };
    await waitFor(api, { ...plane, name: mesh.controlPlane }, "Ready", hasCondition("Ready"), readyMs);
  });
  await link(lab, start);
}

/** The half behind the control planes, which can be done again after the peers have gone. */
export async function link(lab: Lab, start: StartingPoint): Promise<void> {
  const addresses = await ingressAddresses(lab, start);
  for (const phase of ["exports", "imports", "peers"] as const)
    await withApis(lab, async (api, name) =>
      applyAll(
        api,
        objectsOf(start, phase, name).map((each) => filled(each, addresses)),
      ),
    );
  await withApis(lab, async (api, name) => {
    const { scaffold } = start;
    for (const [near, far] of scaffold.meshes.flatMap((one) => scaffold.meshes.map((other) => [one, other] as const))) {
      if (near.cluster !== name || near === far) continue;
      const { namespace, name: peer } = serviceMeshPeer(near, far).ref;
      const place = { apiVersion: "federation.maistra.io/v1", namespace: namespace ?? "", name: peer };
      await waitFor(api, { ...place, kind: "ServiceMeshPeer" }, "synced", hasSynced, readyMs);
    }
    for (const { kind, metadata } of objectsOf(start, "imports", name)) {
      const { namespace, name: set } = metadata as { readonly namespace: string; readonly name: string };
      const place = { apiVersion: "federation.maistra.io/v1", kind, namespace, name: set };
      await waitFor(api, place, "importing", imports, readyMs);
    }
  });
}

export const hasSynced = (peer: LiveObject): boolean =>
  listAt(peer, "/status/discoveryStatus/active").some((each) => {
    const isConnected = valueAt(each, "/watch/connected") === true;
    return isConnected && valueAt(each, "/watch/lastFullSync") !== undefined;
  });

const imports = (set: LiveObject): boolean =>
  listAt(set, "/status/importedServices").some((row) => (valueAt(row, "/localService/hostname") ?? "") !== "");

async function ingressAddresses(lab: Lab, start: StartingPoint): Promise<ReadonlyMap<string, readonly string[]>> {
  const addresses = new Map<string, readonly string[]>();
  await withApis(lab, async (api, name) => {
    for (const mesh of start.scaffold.meshes.filter(({ cluster }) => cluster === name)) {
      const slot = ingressSlot(mesh);
      if (slot === null) continue;
      const service = { apiVersion: "v1", kind: "Service", namespace: mesh.namespace, name: mesh.ingress.name };
      const given = await waitFor(api, service, "given an address", (object) => addressOf(object) !== null, readyMs);
      addresses.set(slot.id, [addressOf(given) ?? ""]);
    }
  });
  return addresses;
}

function filled(manifest: Manifest, values: ReadonlyMap<string, readonly string[]>): Manifest {
  const fill = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(fill);
    if (!isJsonObject(value)) return value;
    const slot = value["$slot"];
    if (typeof slot === "string") return values.get(slot) ?? [];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return fill(manifest) as Manifest;
}

async function withApis(lab: Lab, work: (api: KubeApi, cluster: string) => Promise<void>): Promise<void> {
  await Promise.all(
    lab.clusters.map(async ({ name, kubeconfig }) => {
      const api = await KubeApi.open(kubeconfig);
      try {
        await work(api, name);
      } finally {
        await api.close();
      }
    }),
  );
}
