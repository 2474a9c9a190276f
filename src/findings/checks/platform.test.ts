// The platform's checks: what each says of an object, and when it keeps silent.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { examined, ofCode } from "../../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../../test/support/world.ts";

const control = "west ServiceMeshControlPlane istio-system/basic";
const peer = "east ServiceMeshPeer istio-system/west-mesh";

function params(inputs: readonly ClusterInput[], code: string): JsonObject[] {
  return ofCode(examined(inputs).findings, code).map((finding) => finding.params);
}

function west(fields: Readonly<Record<string, Json>>): ClusterInput[] {
  return changed(twoMeshes(), control, fields);
}

describe("what OSSM 3 takes away", () => {
  test("add-ons are on unless switched off, by name", () => {
    expect(params(west({ "/spec/addons": {}, "/spec/tracing": null }), "MF500")).toEqual([
      {
        mesh: "west/istio-system/basic",
        addons: "Prometheus, Grafana, Kiali, tracing",
        fields:
          "spec.addons.prometheus.enabled: false, spec.addons.grafana.enabled: false, spec.addons.kiali.enabled: false, spec.tracing.type: None",
      },
    ]);
  });
  test("a profile's values count while they are of this generation", () => {
    const applied = (observedGeneration: number) =>
      west({
        "/spec/tracing": null,
        "/status": { observedGeneration, appliedSpec: { tracing: { type: "None" } } },
      });
    expect(params(applied(1), "MF500")).toEqual([]);
    expect(params(applied(0), "MF500")).toHaveLength(1);
  });
  test("gateways: the default ones and additional ones that are on, never federation's", () => {
    const gateway = (enabled: Json, label?: string): JsonObject => ({
      enabled,
      ...(label ? { service: { metadata: { labels: { [label]: "peers" } } } } : {}),
    });
    const world = west({
      "/spec/gateways/ingress": null,
      "/spec/gateways/additionalIngress/public": gateway(true),
      "/spec/gateways/additionalIngress/idle": gateway(null),
      "/spec/gateways/additionalEgress/other-federation": gateway(true, "federation.maistra.io/egress-for"),
    });
    expect(params(world, "MF501").map(({ gateways }) => gateways)).toEqual(["istio-ingressgateway, public"]);
    expect(params(changed(world, control, { "/spec/gateways/enabled": false }), "MF501")).toEqual([]);
  });
  test("settings that have no place in OSSM 3, and no others", () => {
    const spec = {
      "/spec/security/identity": { type: "ThirdParty", thirdParty: { issuer: "x" } },
      "/spec/policy": { type: "Istiod", mixer: {} },
      "/spec/telemetry": { type: "Mixer" },
      "/spec/profiles": ["default"],
      "/spec/proxy": { networking: { protocol: { autoDetect: { inbound: false }, timeout: "1s" } } },
      "/spec/runtime": { components: { pilot: {}, kiali: {} } },
      "/spec/techPreview": { meshConfig: {}, errored: true },
      "/spec/meshConfig": { extensionProviders: [{ name: "otel" }] },
    };
    expect(params(west(spec), "MF502").map(({ fields }) => fields)).toEqual([
      "policy.mixer, proxy.networking.protocol.autoDetect, runtime.components.kiali, security.identity.thirdParty.issuer, techPreview.errored, telemetry.type",
    ]);
    expect(params(west({ "/spec/profiles": ["bank"] }), "MF502").map(({ fields }) => fields)).toEqual(["profiles"]);
  });
  test("an annotation is enough where the namespace has the label", () => {
    const annotated = changed(twoMeshes(), "west Deployment sales/orders", {
      "/spec/template/metadata": { labels: { app: "orders" }, annotations: { "sidecar.istio.io/inject": "true" } },
    });
    expect(params(annotated, "MF503")).toEqual([{ mesh: "west/istio-system/basic", count: 1, namespaces: "sales" }]);
    const labelled = changed(annotated, "west Namespace sales", {
      "/metadata/labels": { "istio-injection": "enabled" },
    });
    expect(params(labelled, "MF503")).toEqual([]);
  });
});

describe("proxies (MF504)", () => {
  const versions: readonly (readonly [version: string, old: boolean])[] = [
    ["2.5.4", true],
    ["2.6.0", false],
    ["2.7", false],
    ["2.10.1", false],
    ["1.1.18", true],
    ["1.18.3", true],
    ["", false],
    ["latest", false],
  ];
  test.each(versions)("of %s", (version, old) => {
    const world = changed(twoMeshes(), "west Pod sales/orders-5d4f-0", { "/metadata/labels/maistra-version": version });
    expect(params(world, "MF504").map(({ workloads }) => workloads)).toEqual(old ? ["Deployment sales/orders"] : []);
  });
});

describe("the status of a control plane (MF505)", () => {
  test("what is not reconciled is told rather than what is not ready", () => {
    const conditions = [
      { type: "Ready", status: "False", reason: "ComponentsNotReady" },
      { type: "Reconciled", status: "False", reason: "ReconcileError", message: "no such profile" },
    ];
    expect(params(west({ "/status": { conditions } }), "MF505")).toEqual([
      {
        mesh: "west/istio-system/basic",
        condition: "Reconciled",
        status: "False",
        reason: "ReconcileError, no such profile",
      },
    ]);
  });
  test("none says nothing", () => expect(params(west({ "/status": null }), "MF505")).toEqual([]));
});

describe("the Gateway API", () => {
  const definition = (group: string, kind: string, ...served: string[]) =>
    kubeObject("west", "apiextensions.k8s.io/v1", "CustomResourceDefinition", null, `${kind.toLowerCase()}.${group}`, {
      spec: { group, names: { kind }, versions: served.map((name) => ({ name, served: true })) },
    });
  const istiod = (...env: readonly JsonObject[]) =>
    kubeObject("west", "apps/v1", "Deployment", "istio-system", "istiod-basic", {
      metadata: { labels: { app: "istiod", "istio.io/rev": "basic" } },
      spec: { template: { spec: { containers: [{ name: "discovery", env }] } } },
    });
  const off = { name: "PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER", value: "false" };

  test("is not missing where only the mesh's definitions were collected (MF521)", () => {
    const mesh = definition("networking.istio.io", "ServiceEntry", "v1", "v1beta1");
    expect(params(added(twoMeshes(), mesh), "MF521")).toEqual([]);
    expect(params(added(twoMeshes(), mesh, definition("config.openshift.io", "DNS", "v1")), "MF521")).toEqual([
      { cluster: "west", kind: "Gateway.gateway.networking.k8s.io" },
    ]);
  });
  test("is written in a version that is served (MF520)", () => {
    const old = definition("gateway.networking.k8s.io", "Gateway", "v1alpha2", "v1");
    expect(params(added(twoMeshes(), old), "MF520")).toEqual([
      {
        cluster: "west",
        kind: "Gateway.gateway.networking.k8s.io",
        served: "v1alpha2, v1",
        wanted: "gateway.networking.k8s.io/v1beta1",
      },
    ]);
  });
  test("is off where istiod says so, whatever the control plane asks for; the last variable counts (MF522)", () => {
    const asked = west({
      "/spec/runtime": { components: { pilot: { container: { env: { [off.name]: "false" } } } } },
    });
    const settings = (inputs: readonly ClusterInput[]) => params(inputs, "MF522").map((each) => each["settings"]);
    expect(settings(asked)).toEqual([`${off.name}=false`]);
    expect(settings(added(twoMeshes(), istiod(off)))).toEqual([`${off.name}=false`]);
    expect(settings(added(asked, istiod(off, { ...off, value: "true" })))).toEqual([]);
    expect(settings(west({ "/spec/techPreview": { gatewayAPI: { enabled: false } } }))).toEqual([
      "techPreview.gatewayAPI.enabled: false",
    ]);
  });
  test("an importer does not need what makes proxies (MF522)", () => {
    const east = changed(twoMeshes(), "east ServiceMeshControlPlane istio-system/basic", {
      "/spec/runtime": { components: { pilot: { container: { env: { [off.name]: "false" } } } } },
    });
    expect(params(east, "MF522")).toEqual([]);
  });
  test("the mesh's own istiod is no second control plane (MF526)", () =>
    expect(params(added(twoMeshes(), istiod()), "MF526")).toEqual([]));
});

describe("the status of peers (MF527, MF528)", () => {
  const status = (watch: JsonObject, ...remotes: JsonObject[]): JsonObject => ({
    discoveryStatus: { active: [{ pod: "istiod-1", watch, remotes }] },
  });
  const called = { connected: true };
  const said = (value: JsonObject, pods: readonly string[] = []) => {
    const inputs = added(
      changed(twoMeshes(), peer, { "/status": value }),
      ...pods.map((creationTimestamp) =>
        kubeObject("east", "v1", "Pod", "elsewhere", "young", { metadata: { creationTimestamp } }),
      ),
    );
    return [
      ...params(inputs, "MF527").map(({ problem }) => problem),
      ...params(inputs, "MF528").map(({ minutes }) => minutes),
    ];
  };
  const at = (time: string) => ({ connected: true, lastFullSync: `2026-11-22T${time}Z` });

  test("not connected", () => {
    expect(said(status({ connected: false }, called))).toEqual(["has no connection to the other end"]);
  });
  test("not called", () => {
    expect(said(status(at("22:00:00")))).toEqual(["is not called by the other end"]);
  });
  test("as it should be, and without any status", () => {
    expect(said(status(at("22:00:00"), { ...called, lastFullSync: "2026-11-22T22:09:59Z" }))).toEqual([]);
    expect(said({})).toEqual([]);
    expect(said({ discoveryStatus: { active: [] } })).toEqual([]);
  });
  test("still for more than ten resyncs while the other end goes on", () => {
    expect(said(status(at("22:00:00"), { ...called, lastFullSync: "2026-11-22T22:10:01Z" }))).toEqual([10]);
  });
  test("still for more than an hour before a pod was created", () => {
    expect(said(status(at("22:00:00"), called), ["2026-11-22T22:59:59Z"])).toEqual([]);
    expect(said(status(at("22:00:00"), called), ["2026-11-22T23:00:01Z"])).toEqual([60]);
  });
});
