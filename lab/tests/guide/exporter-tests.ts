// What stands behind an exporter's gateway: workloads without a sidecar, subsets, equal hosts, a Service that is there before.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isRolledOut, waitFor } from "../../api/wait-for.ts";
import type { IstioVersion } from "../../build/go-parts.ts";
import { appImage } from "../../build/images.ts";
import { podExec } from "../../load/pod-exec.ts";
import { until } from "../../machine/until.ts";
import { resources } from "./app-objects.ts";
import { behindGateway } from "./gateway-probe.ts";
import { eastWestGateway, eastWestName, exposure, ownLabel } from "./guide-objects.ts";
import { controlPlane, httpA, identity, sharedServices, type SharedService } from "./hosts.ts";
import { applyAll, named, removeAll, removeWhole, rolledOut } from "./objects.ts";
import { podOf, startExport, type TwoMeshes } from "./two-meshes.ts";

const istio = "networking.istio.io/v1beta1";
const namespace = httpA.namespace;
const bare: SharedService = {
  ...httpA,
  service: "bare",
  importedHost: `bare.${namespace}.svc.west-mesh-imports.local`,
};

export function exporterTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const settles = async (address: string, shared: SharedService, wanted: string, subset = "") => {
    let last = "";
    await until(
      `${shared.importedHost} behind the gateway is ${wanted}`,
      async () => {
        last = await behindGateway(address, shared, ["istio"], subset);
        return last === wanted ? true : null;
      },
      { timeoutMs: 20_000, everyMs: 200, state: () => last },
    );
  };

  describe("behind the east-west gateway", () => {
    test("a workload without a sidecar is reached by nobody, and with one it is", async () => {
      const { west } = meshes();
      const exposed = exposure(ownLabel, [
        ...sharedServices.map(({ importedHost }) => importedHost),
        bare.importedHost,
      ]);
      try {
        const address = await startExport(meshes());
        await applyAll(west, [server(false), entryOf(bare, "bare"), exposed]);
        await rolledOut(west, namespace, "bare");
        // The control: the gateway holds what was applied with it.
        await applyAll(west, [entryOf({ ...bare, importedHost: sharedHost }, "httpbin", "control"), withHost(exposed)]);
        await settles(address, { ...bare, importedHost: sharedHost }, identity.server(httpA));
        expect(await behindGateway(address, bare)).toBe("ECONNRESET");
        await applyAll(west, [server(true)]);
        await rolledOut(west, namespace, "bare");
        await settles(address, bare, `spiffe://west.local/ns/${namespace}/sa/default`);
      } finally {
        await removeAll(west, [server(true), entryOf(bare, "bare"), entryOf(bare, "httpbin", "control")]);
        await applyAll(west, [exposure()]);
      }
    });

    test("a subset has a way only while a DestinationRule that the gateway finds names it", async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      await settles(address, httpA, identity.server(httpA));
      expect(await behindGateway(address, httpA, ["istio"], "v1")).toBe("ECONNRESET");
      const rule = subsetRule(controlPlane);
      try {
        await applyAll(west, [rule]);
        await settles(address, httpA, identity.server(httpA), "v1");
        expect(await behindGateway(address, httpA, ["istio"], "v2")).toBe("ECONNRESET");
      } finally {
        await removeAll(west, [rule]);
      }
      await settles(address, httpA, "ECONNRESET", "v1");
    });

    test(`one host in two namespaces: ${version === "1.20.2" ? "Envoy refuses the listener, and what is exposed later does not open" : "one of them wins, nothing is said, and what is exposed later opens"} on Istio ${version}`, async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      await settles(address, httpA, identity.server(httpA));
      const before = await refusals(meshes());
      const late = { ...httpA, importedHost: sharedHost };
      const more = exposure(ownLabel, [...sharedServices.map(({ importedHost }) => importedHost), sharedHost]);
      const twin = { ...entryOf(httpA, "httpbin", "twin"), metadata: { name: "twin", namespace: "b" } };
      try {
        await applyAll(west, [twin]);
        if (version === "1.20.2") {
          await until("a listener is refused", async () => ((await refusals(meshes())) > before ? true : null), {
            timeoutMs: 20_000,
          });
        } else {
          await pause(3000);
          expect(await refusals(meshes())).toBe(before);
        }
        // What was there goes on in both.
        expect(await behindGateway(address, httpA)).toMatch(/^spiffe:/);
        await applyAll(west, [entryOf(late, "httpbin", "late"), more]);
        if (version === "1.20.2") {
          await pause(3000);
          expect(await behindGateway(address, late)).toBe("ECONNRESET");
          await removeAll(west, [twin]);
        }
        await settles(address, late, identity.server(httpA));
      } finally {
        await removeAll(west, [twin, entryOf(late, "httpbin", "late")]);
        await applyAll(west, [exposure()]);
      }
      await settles(address, httpA, identity.server(httpA));
    });
  });

  test("a Service that carries the label of gateways is taken over: type, ports and selector are istiod's, the rest stays", async () => {
    const { west } = meshes();
    const name = "prepared";
    const gateway = { ...eastWestGateway(), metadata: { ...eastWestGateway()["metadata"], name } };
    const owned = { "gateway.istio.io/managed": "istio.io-gateway-controller" };
    const prepared = (label: Readonly<Record<string, string>>) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `${name}-istio`, namespace: controlPlane, labels: { ...label } },
      spec: {
        type: "LoadBalancer",
        loadBalancerSourceRanges: ["192.0.2.0/24"],
        externalTrafficPolicy: "Local",
        ports: [{ name: "status-port", port: 15021, targetPort: 15021 }],
      },
    });
    const seen = async () => (await west.api.get(named(prepared(owned))))?.["spec"];
    try {
      // The control: another's Service is left alone, whatever the Gateway says.
      await applyAll(west, [prepared({}), gateway]);
      await pause(3000);
      expect(await seen()).not.toMatchObject({ selector: expect.anything() as unknown });
      await removeWhole(west, [gateway, prepared({})]);
      await applyAll(west, [prepared(owned), gateway]);
      const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: controlPlane, name: `${name}-istio` };
      await waitFor(west.api, deployment, "rolled out", isRolledOut, 60_000);
      await waitFor(
        west.api,
        named(prepared(owned)),
        "taken over",
        ({ spec }) => JSON.stringify(spec).includes("15443"),
        20_000,
      );
      expect(await seen()).toMatchObject({
        type: "LoadBalancer",
        loadBalancerSourceRanges: ["192.0.2.0/24"],
        externalTrafficPolicy: "Local",
      });
    } finally {
      await removeWhole(west, [gateway, prepared(owned)]);
    }
  });
}

const sharedHost = `control.${namespace}.svc.west-mesh-imports.local`;

function withHost(exposed: ReturnType<typeof exposure>) {
  const hosts = [...sharedServices.map(({ importedHost }) => importedHost), bare.importedHost, sharedHost];
  return { ...exposed, ...exposure(ownLabel, hosts) };
}

function entryOf({ importedHost, port, targetPort }: SharedService, app: string, name = app) {
  return {
    apiVersion: istio,
    kind: "ServiceEntry",
    metadata: { name, namespace },
    spec: {
      hosts: [importedHost],
      location: "MESH_INTERNAL",
      ports: [{ number: port, name: "http", protocol: "HTTP", targetPort }],
      resolution: "STATIC",
      workloadSelector: { labels: { app } },
    },
  };
}

function server(isInjected: boolean) {
  const name = "bare";
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, "sidecar.istio.io/inject": String(isInjected) } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name,
              image: appImage,
              imagePullPolicy: "IfNotPresent",
              resources,
              workingDir: "/etc",
              command: ["python3", "-m", "http.server", "8080"],
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

function subsetRule(of: string) {
  return {
    apiVersion: istio,
    kind: "DestinationRule",
    metadata: { name: "subset", namespace: of },
    spec: { host: httpA.importedHost, subsets: [{ name: "v1", labels: { app: "httpbin" } }] },
  };
}

/** How often the gateway's Envoy refused a listener. */
async function refusals({ west }: TwoMeshes): Promise<number> {
  const pod = await podOf(west.api, controlPlane, eastWestName, "istio-proxy", "lab.meshferry.io/gateway");
  const stats = await podExec(west, pod, ["pilot-agent", "request", "GET", "stats?filter=lds.update_rejected"]);
  return Number(/lds\.update_rejected: (\d+)/.exec(stats)?.[1] ?? "-1");
}
