// Which endpoints a proxy gets: of networks with several addresses, of none, of a network that it has no name for, of fixed addresses.
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { withValueAt } from "../../../src/core/pointer.ts";
import type { Manifest } from "../../api/live-object.ts";
import type { IstioVersion } from "../../build/go-parts.ts";
import { withoutNetwork } from "../../calibration/blind-client.ts";
import type { ClusterAccess } from "../../load/pod-exec.ts";
import { until } from "../../machine/until.ts";
import { clientObjects } from "./app-objects.ts";
import { settlesAt, shiftedHttpA } from "./entry-tests.ts";
import { behindGateway } from "./gateway-probe.ts";
import { exposure, importerEntry, importerWorkload, ownLabel, remoteGateway } from "./guide-objects.ts";
import { controlPlane, httpA, identity, sharedServices } from "./hosts.ts";
import { applyAll, removeAll, removeWhole, rolledOut } from "./objects.ts";
import { addressOf, endpointsBecome, endpointsOf } from "./proxy-endpoints.ts";
import { askFrom, backToBefore, client, clientPod, podOf, startExport, type TwoMeshes } from "./two-meshes.ts";

const istio = "networking.istio.io/v1beta1";
const withoutNetworkName = "without-network";

export function endpointTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const shifted = async () => shiftedHttpA(meshes());

  describe("a proxy's endpoints", () => {
    test("of another network: every address of its gateway with the port of every listener, all of one weight", async () => {
      const { east } = meshes();
      const address = await shifted();
      const gateway = remoteGateway(address);
      const spec = gateway["spec"] as { readonly listeners: readonly JsonObject[] };
      const [listener] = spec.listeners;
      // Nothing is sent to the second one: a request that picked it would end inside the client's pod.
      const addresses = [address, "127.0.0.9"];
      const wide = {
        ...gateway,
        spec: {
          ...spec,
          addresses: addresses.map((value) => ({ value })),
          listeners: [listener, { ...listener, name: "second", port: 15444 }],
        },
      };
      try {
        await applyAll(east, [wide as Manifest]);
        const wanted = addresses.flatMap((each) => [15443, 15444].map((port) => `${each}:${port}`)).sort();
        const found = await endpointsBecome(east, await clientPod(east), httpA.importedHost, wanted);
        expect(new Set(found.values()).size).toBe(1);
      } finally {
        await removeWhole(east, [gateway]);
        await applyAll(east, [remoteGateway(address)]);
      }
      const alone = [`${address}:15443`];
      await endpointsBecome(east, await clientPod(east), httpA.importedHost, alone);
    });

    const blindGets = version === "1.20.2" ? "none" : "the same";
    test(`of another network for a proxy that has no network of its own: ${blindGets} on Istio ${version}`, async () => {
      const { east } = meshes();
      await shifted();
      const blind = await clientWithoutNetwork(east);
      try {
        await applyAll(east, [blind]);
        await rolledOut(east, client.namespace, withoutNetworkName);
        const asked = await podOf(east.api, client.namespace, withoutNetworkName, withoutNetworkName);
        const asOthers = await endpointsOf(east, await clientPod(east), httpA.importedHost);
        expect((await askFrom(east, asked, httpA)).status).toBe(version === "1.20.2" ? "503" : "200");
        expect(await endpointsOf(east, asked, httpA.importedHost)).toEqual(version === "1.20.2" ? new Map() : asOthers);
        expect(asOthers.size).toBe(1);
        // The control: the other client's proxy differs from it in its network alone.
        await settlesAt(meshes(), { status: "200", caller: identity.client });
      } finally {
        await removeWhole(east, [blind]);
      }
    });

    const off = version === "1.20.2" ? "none" : "as before";
    test(`without PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: ${off} on Istio ${version}`, async () => {
      const { east } = meshes();
      await shifted();
      try {
        await setDiscovery(east, null);
        await settlesAt(
          meshes(),
          version === "1.20.2" ? { status: "503" } : { status: "200", caller: identity.client },
        );
      } finally {
        await setDiscovery(east, "true");
      }
      await settlesAt(meshes(), { status: "200", caller: identity.client });
    });
  });

  describe("a Service without selector behind the east-west gateway", () => {
    test("is passed on where its EndpointSlice means a pod of the mesh, by name or by address, and refused where it means nobody", async () => {
      const { west } = meshes();
      const fixed = { ...httpA, importedHost: `fixed.${httpA.namespace}.svc.cluster.local` };
      const exposed = exposure(ownLabel, [
        ...sharedServices.map(({ importedHost }) => importedHost),
        fixed.importedHost,
      ]);
      const becomes = async (address: string, wanted: string) => {
        let last = "";
        await until(
          `the fixed service is ${wanted}`,
          async () => {
            last = await behindGateway(address, fixed);
            return last === wanted ? true : null;
          },
          { timeoutMs: 20_000, everyMs: 200, state: () => last },
        );
      };
      const server = await podOf(west.api, httpA.namespace, "httpbin", "http");
      const at = await addressOf(west, server.namespace, server.pod);
      try {
        const address = await startExport(meshes());
        await applyAll(west, [fixedService(), slice(at, server.pod), exposed]);
        await becomes(address, identity.server(httpA));
        await applyAll(west, [slice(at.replace(/\d+$/u, "250"), null)]);
        await becomes(address, "ECONNRESET");
        await applyAll(west, [slice(at, null)]);
        await becomes(address, identity.server(httpA));
      } finally {
        await removeAll(west, [slice(at, null), fixedService()]);
        await applyAll(west, [exposure()]);
      }
    });
  });

  describe("a client's DestinationRule", () => {
    test("is looked up in its own namespace, then in the service's, then in the root namespace, and nowhere else", async () => {
      await backToBefore(meshes());
      const { east } = meshes();
      const [home, elsewhere] = ["rules-home", "rules-elsewhere"];
      const namespaces = [home, elsewhere].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
      const moved = [importerWorkload(httpA), importerEntry(httpA)].map((each) => ({
        ...each,
        metadata: { ...each.metadata, namespace: home },
      }));
      const off = (namespace: string) => rule(namespace, "DISABLE");
      const on = (namespace: string) => rule(namespace, "ISTIO_MUTUAL");
      const works = async () => settlesAt(meshes(), { status: "200", caller: identity.client });
      const breaks = async () => settlesAt(meshes(), { status: "503" });
      try {
        const address = await startExport(meshes());
        await applyAll(east, [...namespaces, remoteGateway(address), ...moved]);
        await works();
        await applyAll(east, [off(home)]);
        await breaks();
        // The client's own comes first; without it the other one counts again.
        await applyAll(east, [on(client.namespace)]);
        await works();
        await removeAll(east, [on(client.namespace)]);
        await breaks();
        // By now this one has been seen, and means nothing to this client.
        await applyAll(east, [off(elsewhere)]);
        await removeAll(east, [off(home)]);
        await works();
        await applyAll(east, [off(controlPlane)]);
        await breaks();
        await applyAll(east, [on(home)]);
        await works();
      } finally {
        await removeAll(east, [client.namespace, home, elsewhere, controlPlane].map(off));
        await removeAll(east, [...moved].reverse());
        await removeWhole(east, namespaces);
      }
    });
  });
}

function rule(namespace: string, mode: string): Manifest {
  return {
    apiVersion: istio,
    kind: "DestinationRule",
    metadata: { name: "looked-up", namespace },
    spec: { host: httpA.importedHost, trafficPolicy: { tls: { mode } } },
  };
}

/** The same client as the other one, apart from its proxy's network. */
async function clientWithoutNetwork({ api }: ClusterAccess): Promise<Manifest> {
  const objects = clientObjects(client.namespace, withoutNetworkName);
  const deployment = objects.find(({ kind }) => kind === "Deployment");
  if (!deployment) throw new Error("a client is a Deployment");
  return withoutNetwork(api, withValueAt(deployment, "/spec/template/spec/serviceAccountName", "curl") as Manifest);
}

/** null: not stated at all. */
async function setDiscovery(access: ClusterAccess, value: string | null): Promise<void> {
  const name = "PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API";
  const entry = value === null ? { name, $patch: "delete" } : { name, value };
  const istiod = { apiVersion: "apps/v1", kind: "Deployment", namespace: controlPlane, name: "istiod" };
  const containers = [{ name: "discovery", env: [entry] }];
  await access.api.patch(istiod, "strategic", { spec: { template: { spec: { containers } } } });
  await rolledOut(access, controlPlane, "istiod");
}

function fixedService(): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "fixed", namespace: httpA.namespace },
    spec: { ports: [{ name: "http", port: httpA.port, targetPort: httpA.targetPort }] },
  };
}

function slice(address: string, pod: string | null): Manifest {
  const { namespace } = httpA;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "fixed-1", namespace, labels: { "kubernetes.io/service-name": "fixed" } },
    addressType: "IPv4",
    endpoints: [
      {
        addresses: [address],
        conditions: { ready: true },
        ...(pod === null ? {} : { targetRef: { kind: "Pod", name: pod, namespace } }),
      },
    ],
    ports: [{ name: "http", port: httpA.targetPort, protocol: "TCP" }],
  };
}
