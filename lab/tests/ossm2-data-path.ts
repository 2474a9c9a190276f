// The stand-in's federation in good order: hosts, identities, statuses; and what a changed ServiceMeshControlPlane does to istiod.
import { expect, test } from "vitest";
import { valueAt } from "../../src/core/pointer.ts";
import type { LiveObject } from "../api/live-object.ts";
import { hasCondition, waitFor, waitForNone } from "../api/wait-for.ts";
import { ask, askTcp } from "../mesh/ask.ts";
import { applyAll } from "../mesh/install-mesh.ts";
import { objectsOf } from "../mesh/starting-point.ts";
import { textAt } from "../ossm2/read-fields.ts";
import {
  asks,
  eastPeer,
  exportSet,
  got,
  hosts,
  importSet,
  isGone,
  isOk,
  istiod,
  type Side,
  untilStatus,
  type World,
} from "./ossm2-world.ts";

const plane = { apiVersion: "maistra.io/v2", kind: "ServiceMeshControlPlane", namespace: "istio-system" };
const ingress = "spiffe://west.local/ns/istio-system/sa/federation-ingress-service-account";

export function dataPathTests(worldOf: () => World): void {
  test("imported hosts answer, and their servers see the exporter's own ingress gateway", async () => {
    const world = worldOf();
    for (const [host, server] of [
      [hosts.a, "a/httpbin"],
      [hosts.b, "b/httpbin"],
    ] as const) {
      await untilStatus(world, host, isOk, 30_000);
      const answer = await asks(world, host);
      expect([answer.status, answer.server.replace("httpbin-2", "httpbin"), answer.hops]).toEqual([
        200,
        server,
        [ingress],
      ]);
    }
    expect(await askTcp(world.client, hosts.tcp, 9000, "there")).toBe("hello there");
    // The controls: a client without a sidecar knows none of it, and neither host is there without the export.
    const plain = { ...world.client, client: { namespace: "client", name: "plain" } };
    expect((await ask(plain, `http://${hosts.a}:8000/headers`, ["--max-time", "5"])).status).toBe(0);
    expect((await asks(world, "curl.client.svc.west-mesh-imports.local")).status).toBe(0);
  });

  test("peers and sets report as the real ones do", async () => {
    const world = worldOf();
    const pods = await world.east.api.list({ apiVersion: "v1", kind: "Pod" }, { labels: "app=istiod" });
    const far = await world.west.api.list({ apiVersion: "v1", kind: "Pod" }, { labels: "app=istiod" });
    const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u) as unknown;
    const connected = { connected: true, lastConnected: time, lastFullSync: time };
    expect(valueAt(await got(world.east, eastPeer), "/status/discoveryStatus/active/0")).toEqual({
      pod: pods.items[0]?.metadata.name,
      watch: expect.objectContaining(connected) as unknown,
      remotes: [
        expect.objectContaining({
          ...connected,
          source: textAt(far.items[0], "/status/podIP"),
        }) as unknown,
      ],
    });
    const exported = (await got(world.west, exportSet))["status"];
    expect(exported).toEqual({
      exportedServices: [
        {
          exportedName: "httpbin.a.svc.east-mesh-exports.local",
          localService: local("httpbin", "a", "svc.cluster.local"),
        },
        {
          exportedName: "httpbin.b.svc.east-mesh-exports.local",
          localService: local("httpbin", "b", "svc.cluster.local"),
        },
        {
          exportedName: "tcp-echo.a.svc.east-mesh-exports.local",
          localService: local("tcp-echo", "a", "svc.cluster.local"),
        },
      ],
    });
    expect((await got(world.east, importSet))["status"]).toEqual({
      importedServices: [
        {
          exportedName: "httpbin.a.svc.east-mesh-exports.local",
          localService: local("httpbin", "a", "svc.west-mesh-imports.local"),
        },
        {
          exportedName: "httpbin.b.svc.east-mesh-exports.local",
          localService: local("httpbin", "b", "svc.cluster.local"),
        },
        {
          exportedName: "tcp-echo.a.svc.east-mesh-exports.local",
          localService: local("tcp-echo", "a", "svc.west-mesh-imports.local"),
        },
      ],
    });
  });
}

const local = (name: string, namespace: string, suffix: string) => ({
  hostname: `${name}.${namespace}.${suffix}`,
  name,
  namespace,
});

export function controlPlaneTests(worldOf: () => World): void {
  test("a changed control plane reaches istiod, and takes its gateways away", async () => {
    const world = worldOf();
    const { east } = world;
    const { name } = (await east.api.list(plane)).items[0]?.metadata ?? { name: "" };
    const before = await uidOfIstiod(east);
    const pilot = { components: { pilot: { container: { env: { LAB_SEEN: "yes" } } } } };
    await east.api.patch({ ...plane, name }, "merge", {
      spec: {
        cluster: { network: "network-new" },
        runtime: pilot,
        techPreview: { meshConfig: { trustDomainAliases: ["west.local", "third.local"] } },
      },
    });
    await waitFor(
      east.api,
      istiod,
      "given the variable",
      (object) => JSON.stringify(object).includes("LAB_SEEN"),
      30_000,
    );
    await waitFor(
      east.api,
      { ...plane, name },
      "Ready again",
      (object) => isCurrent(object) && hasCondition("Ready")(object),
      90_000,
    );
    expect(await uidOfIstiod(east)).not.toBe(before);
    const inNamespace = { apiVersion: "v1", kind: "ConfigMap", namespace: "istio-system" };
    const config = await got(east, { ...inNamespace, name: "istio" });
    expect(valueAt(config, "/data/mesh")).toContain("third.local");
    const injector = await got(east, { ...inNamespace, name: "istio-sidecar-injector" });
    expect(JSON.parse(textAt(injector, "/data/values"))).toMatchObject({ global: { network: "network-new" } });
    // The last of the guide's steps, here much too early.
    expect((await asks(world, hosts.a)).status).toBe(200);
    await east.api.patch({ ...plane, name }, "json", [{ op: "remove", path: "/spec/gateways/additionalEgress" }]);
    for (const kind of ["Deployment", "Service", "ServiceAccount"]) {
      const apiVersion = kind === "Deployment" ? "apps/v1" : "v1";
      const gateway = kind === "ServiceAccount" ? "federation-egress-service-account" : "federation-egress";
      await waitForNone(east.api, { apiVersion, kind, namespace: "istio-system", name: gateway }, 30_000);
    }
    await untilStatus(world, hosts.a, isGone, 30_000);
    // And gives them back; the peers were alone meanwhile.
    const { start } = world;
    await applyAll(east.api, objectsOf(start, "control-planes", "east"));
    await untilStatus(world, hosts.a, isOk, 120_000);
  }, 240_000);
}

const isCurrent = ({ status, metadata }: LiveObject): boolean =>
  valueAt(status, "/observedGeneration") === metadata.generation;

async function uidOfIstiod({ api }: Side): Promise<string> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Pod" }, { labels: "app=istiod" });
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.uid)
    .join();
}
