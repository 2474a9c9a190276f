// What istiod makes of a Gateway object and what it leaves to others, which pods an Istio Gateway finds, and whom a passthrough gateway asks.
import { afterAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import type { LiveObject, Manifest } from "../../api/live-object.ts";
import { waitFor } from "../../api/wait-for.ts";
import { until } from "../../machine/until.ts";
import { behindGateway } from "./gateway-probe.ts";
import { eastWestGateway, eastWestPods, exposure, ownLabel } from "./guide-objects.ts";
import { controlPlane, httpA, httpB, identity, type SharedService } from "./hosts.ts";
import { applyAll, balancerAddress, named, removeAll, removeWhole, rolledOut } from "./objects.ts";
import { startExport, type TwoMeshes } from "./two-meshes.ts";

const others = "somebody-else";

export function gatewayObjectTests(meshes: () => TwoMeshes): void {
  /** `wanted` is how the answer begins. */
  const settles = async (address: string, shared: SharedService, wanted: string) => {
    let last = "";
    await until(
      `${shared.importedHost} behind the gateway at ${address} is ${wanted}`,
      async () => {
        last = await behindGateway(address, shared);
        return last.startsWith(wanted) ? true : null;
      },
      { timeoutMs: 20_000, everyMs: 200, state: () => last },
    );
  };
  const deployed = async (name: string): Promise<LiveObject | null> =>
    meshes().west.api.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: controlPlane, name });

  describe("of a Gateway object", () => {
    test("istiod makes proxies only where the class is its own and the revision is its own, and makes its own class anew", async () => {
      const { west } = meshes();
      const foreignClass = {
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "GatewayClass",
        metadata: { name: "foreign" },
        spec: { controllerName: "example.com/nobody" },
      };
      const foreign = gatewayOf("foreign", { gatewayClass: "foreign" });
      const otherRevision = gatewayOf("other", { labels: { "istio.io/rev": "other" } });
      const own = gatewayOf("own");
      try {
        await applyAll(west, [foreignClass, foreign, otherRevision, own]);
        await rolledOut(west, controlPlane, "own-istio");
        expect([
          await deployed("foreign-foreign"),
          await deployed("foreign-istio"),
          await deployed("other-istio"),
        ]).toEqual([null, null, null]);
        // The control: nothing but the label kept the other from its proxies.
        await applyAll(west, [gatewayOf("other")]);
        await rolledOut(west, controlPlane, "other-istio");
        expect(await deployed("foreign-foreign")).toBeNull();
        const ownClass = { ...named(foreignClass), name: "istio" };
        const before = await west.api.get(ownClass);
        await west.api.delete(ownClass);
        await waitFor(west.api, ownClass, "made anew", ({ metadata: { uid } }) => uid !== before?.metadata.uid, 30_000);
      } finally {
        await removeWhole(west, [own, otherRevision, foreign, foreignClass]);
      }
    });

    test("the annotation networking.istio.io/service-type says what its Service is; without it a load balancer", async () => {
      const { west } = meshes();
      const own = gatewayOf("own");
      const nodePort = gatewayOf("other", { annotations: { "networking.istio.io/service-type": "NodePort" } });
      const typeOf = async (name: string) =>
        (await west.api.get({ apiVersion: "v1", kind: "Service", namespace: controlPlane, name }))?.["spec"];
      try {
        await applyAll(west, [own, nodePort]);
        await rolledOut(west, controlPlane, "own-istio");
        await rolledOut(west, controlPlane, "other-istio");
        expect(await typeOf("own-istio")).toMatchObject({ type: "LoadBalancer" });
        expect(await typeOf("other-istio")).toMatchObject({ type: "NodePort" });
      } finally {
        await removeWhole(west, [own, nodePort]);
      }
    });

    test("istiod leaves replicas and placement of its Deployment to others, and holds the containers' resources itself", async () => {
      const { west } = meshes();
      await startExport(meshes());
      const spread = {
        weight: 1,
        podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { ...ownLabel } } },
      };
      const left = {
        replicas: 2,
        template: {
          spec: {
            nodeSelector: { "kubernetes.io/os": "linux" },
            tolerations: [{ key: "infra", operator: "Exists", effect: "NoSchedule" }],
            priorityClassName: "system-cluster-critical",
            affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [spread] } },
          },
        },
      };
      const deployment = (spec: JsonObject | null): Manifest => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: eastWestPods, namespace: controlPlane },
        ...(spec === null ? {} : { spec }),
      });
      const before = await deployed(eastWestPods);
      const withResources = deployment({
        template: { spec: { containers: [{ name: "istio-proxy", resources: { requests: { cpu: "1m" } } }] } },
      });
      try {
        await expect(west.api.apply(withResources, others, { force: false })).rejects.toThrow(/conflict/i);
        await west.api.apply(deployment(left), others, { force: false });
        // istiod looks at its Gateway again, and writes the Deployment anew.
        await applyAll(west, [eastWestGateway({ ...ownLabel, "lab.meshferry.io/touched": "yes" })]);
        const after = await waitFor(
          west.api,
          named(deployment(null)),
          "written anew",
          ({ metadata }) => metadata.labels?.["lab.meshferry.io/touched"] === "yes",
          20_000,
        );
        expect(before?.["spec"]).not.toMatchObject(left);
        expect(after["spec"]).toMatchObject(left);
      } finally {
        await west.api.apply(deployment({ replicas: 1 }), others);
        await applyAll(west, [eastWestGateway()]);
        await rolledOut(west, controlPlane, eastWestPods);
      }
    });
  });

  describe("an Istio Gateway", () => {
    afterAll(async () => applyAll(meshes().west, [exposure()]));

    test("finds the pods that its selector means in every namespace", async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      const elsewhere = { ...exposure(), metadata: { name: "expose-services", namespace: "b" } };
      await settles(address, httpA, identity.server(httpA));
      try {
        await removeAll(west, [exposure()]);
        await settles(address, httpA, "ECONN");
        await applyAll(west, [elsewhere]);
        await settles(address, httpA, identity.server(httpA));
      } finally {
        await removeAll(west, [elsewhere]);
        await applyAll(west, [exposure()]);
      }
      await settles(address, httpA, identity.server(httpA));
    });

    test("of one host in two namespaces, each seen by another gateway's namespace only, each gateway passes on its own", async () => {
      const { west } = meshes();
      const label = { "lab.meshferry.io/gateway": "second" };
      const second = {
        ...eastWestGateway(label),
        metadata: { ...eastWestGateway(label).metadata, name: "second", namespace: "b" },
      };
      const twin = { ...httpA, importedHost: "twin.west-mesh-imports.local" };
      const entries = [twinEntry("a", twin.importedHost, [controlPlane]), twinEntry("b", twin.importedHost, ["b"])];
      const exposed = [
        exposure(ownLabel, [httpA.importedHost, twin.importedHost]),
        {
          ...exposure(label, [twin.importedHost]),
          metadata: { name: "second", namespace: "b" },
        },
      ];
      const address = await startExport(meshes());
      try {
        await applyAll(west, [second, ...entries, ...exposed]);
        await rolledOut(west, "b", "second-istio");
        const other = await balancerAddress(west, "b", "second-istio");
        await settles(address, twin, identity.server(httpA));
        await settles(other, twin, identity.server(httpB));
        for (let tries = 0; tries < 20; tries += 1)
          expect([await behindGateway(address, twin), await behindGateway(other, twin)]).toEqual([
            identity.server(httpA),
            identity.server(httpB),
          ]);
      } finally {
        await removeAll(west, [...entries, exposed[1] ?? second]);
        await removeWhole(west, [second]);
        await applyAll(west, [exposure()]);
      }
    });

    test("that passes on asks nobody for a certificate, and no policy at its pods is asked", async () => {
      const { west } = meshes();
      const nobody = {
        apiVersion: "security.istio.io/v1beta1",
        kind: "AuthorizationPolicy",
        metadata: { name: "nobody", namespace: controlPlane },
        spec: { selector: { matchLabels: ownLabel } },
      };
      const late = { ...httpA, importedHost: "late.west-mesh-imports.local" };
      const entry = twinEntry("a", late.importedHost, [controlPlane]);
      const address = await startExport(meshes());
      // The knock itself shows no certificate.
      await settles(address, httpA, identity.server(httpA));
      try {
        // The control: what was applied after the policy has reached the gateway.
        await applyAll(west, [nobody, entry, exposure(ownLabel, [httpA.importedHost, late.importedHost])]);
        await settles(address, late, identity.server(httpA));
        expect(await behindGateway(address, httpA)).toBe(identity.server(httpA));
      } finally {
        await removeAll(west, [nobody, entry]);
        await applyAll(west, [exposure()]);
      }
    });
  });
}

interface GatewayChoices {
  readonly gatewayClass?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function gatewayOf(name: string, { gatewayClass = "istio", labels = {}, annotations = {} }: GatewayChoices = {}) {
  const model = eastWestGateway({});
  return {
    ...model,
    metadata: { name, namespace: controlPlane, labels: { ...labels }, annotations: { ...annotations } },
    spec: { ...(model["spec"] as object), gatewayClassName: gatewayClass },
  };
}

function twinEntry(namespace: string, host: string, exportTo: readonly string[]) {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: host.split(".")[0] ?? host, namespace },
    spec: {
      hosts: [host],
      location: "MESH_INTERNAL",
      ports: [{ number: httpA.port, name: "http", protocol: "HTTP", targetPort: httpA.targetPort }],
      resolution: "STATIC",
      exportTo: [...exportTo],
      workloadSelector: { labels: { app: "httpbin" } },
    },
  };
}
