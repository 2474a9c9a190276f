// Scenarios of the codes MF500 to MF529: the platform, and what OSSM 3 does not take over.
import type { ClusterInput } from "../../../src/core/cluster.ts";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { added, changed, kubeObject, makeWorld, named, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const control = "west ServiceMeshControlPlane istio-system/basic";
const peer = "east ServiceMeshPeer istio-system/west-mesh";

/** The base with one field of west's control plane set otherwise. */
function asked(path: string, value: Json): ClusterInput[] {
  return changed(base, control, { [path]: value });
}

function definition(group: string, kind: string, plural: string, ...served: string[]): ReturnType<typeof kubeObject> {
  return kubeObject("west", "apiextensions.k8s.io/v1", "CustomResourceDefinition", null, `${plural}.${group}`, {
    spec: { group, names: { kind, plural }, versions: served.map((name) => ({ name, served: true })) },
  });
}
const gateways = definition("gateway.networking.k8s.io", "Gateway", "gateways", "v1", "v1beta1");
const entries = definition("networking.istio.io", "ServiceEntry", "serviceentries", "v1", "v1beta1");

const gatewayClass = (cluster: string, name: string, controllerName: string) =>
  kubeObject(cluster, "gateway.networking.k8s.io/v1", "GatewayClass", null, name, { spec: { controllerName } });
const subscription = (spec: JsonObject, status: JsonObject = {}) =>
  kubeObject("west", "operators.coreos.com/v1alpha1", "Subscription", "openshift-operators", "mesh-operator", {
    spec: { name: "servicemeshoperator", installPlanApproval: "Manual", ...spec },
    status: { installedCSV: "servicemeshoperator.v2.6.11", currentCSV: "servicemeshoperator.v2.6.11", ...status },
  });
const openshift = (version: string) =>
  kubeObject("west", "config.openshift.io/v1", "ClusterVersion", null, "version", { status: { desired: { version } } });
const istiod = (revision: string) =>
  kubeObject("west", "apps/v1", "Deployment", "other-system", "istiod-other", {
    metadata: { labels: { app: "istiod", "istio.io/rev": revision } },
  });
const serviceEntry = (count: number) =>
  kubeObject("west", "networking.istio.io/v1beta1", "ServiceEntry", "sales", "partners", {
    spec: {
      hosts: Array.from({ length: count }, (_, index) => `partner-${index}.example`),
      location: "MESH_EXTERNAL",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      resolution: "DNS",
    },
  });

const status = (connected: boolean, lastFullSync: string): JsonObject => ({
  discoveryStatus: {
    active: [
      {
        pod: "istiod-1",
        watch: { connected, lastFullSync },
        remotes: [{ connected: true, lastConnected: "2026-11-22T21:00:00Z", lastFullSync: "2026-11-22T22:30:00Z" }],
      },
    ],
  },
});
const synced = changed(base, peer, { "/status": status(true, "2026-11-22T22:29:30Z") });

const neighbour = makeWorld({
  meshes: [
    { key: "east", clients: ["shop"] },
    { key: "west", mode: "MultiTenant", services: [{ namespace: "sales", name: "orders" }] },
    { key: "third", cluster: "west", namespace: "third-system", mode: "MultiTenant", trustDomain: "third.example" },
  ],
  links: [
    {
      between: ["east", "west"],
      exports: [null, [named("sales", "orders")]],
      imports: [[named("sales", "orders")], null],
    },
  ],
});

export const scenarios: readonly CodeScenario[] = [
  { code: "MF500", base, found: asked("/spec/addons/kiali/enabled", true), mended: base },
  { code: "MF501", base, found: asked("/spec/gateways/ingress/enabled", true), mended: base },
  { code: "MF502", base, found: asked("/spec/security/identity", { type: "Kubernetes" }), mended: base },
  {
    code: "MF503",
    base,
    found: changed(base, "west Deployment sales/orders", {
      "/spec/template/metadata": { labels: { app: "orders" }, annotations: { "sidecar.istio.io/inject": "true" } },
    }),
    mended: base,
  },
  {
    code: "MF504",
    base,
    found: changed(base, "west Pod sales/orders-5d4f-0", { "/metadata/labels/maistra-version": "2.5.4" }),
    mended: changed(base, "west Pod sales/orders-5d4f-0", { "/metadata/labels/maistra-version": "2.6.4" }),
  },
  {
    code: "MF505",
    base,
    found: asked("/status", { conditions: [{ type: "Reconciled", status: "False", reason: "ReconcileError" }] }),
    mended: asked("/status", { conditions: [{ type: "Reconciled", status: "True", reason: "ComponentsReady" }] }),
  },
  {
    code: "MF506",
    base,
    found: asked("/spec/security/dataPlane", { mtls: true }),
    mended: asked("/spec/security/dataPlane", { mtls: false }),
  },
  {
    code: "MF507",
    base,
    found: changed(base, "west ServiceMeshMemberRoll istio-system/default", { "/spec/members": ["*"] }),
    mended: base,
  },
  {
    code: "MF508",
    base: changed(neighbour, "west ServiceMeshControlPlane third-system/basic", undefined),
    found: neighbour,
    mended: changed(neighbour, "west ServiceMeshControlPlane third-system/basic", undefined),
  },
  { code: "MF509", base, found: asked("/spec/gateways/openshiftRoute", { enabled: true }), mended: base },
  {
    code: "MF510",
    base,
    found: added(base, subscription({ installPlanApproval: "Automatic" })),
    mended: added(base, subscription({})),
  },
  {
    code: "MF511",
    base,
    found: added(base, subscription({}, { currentCSV: "servicemeshoperator.v2.6.12" })),
    mended: added(base, subscription({})),
  },
  {
    code: "MF512",
    base,
    found: added(base, definition("networking.istio.io", "ServiceEntry", "serviceentries", "v1alpha3", "v1beta1")),
    mended: added(base, entries),
  },
  { code: "MF513", base, found: added(base, serviceEntry(257)), mended: added(base, serviceEntry(256)) },
  {
    code: "MF520",
    base,
    found: added(base, definition("gateway.networking.k8s.io", "Gateway", "gateways", "v1")),
    mended: added(base, gateways),
  },
  {
    code: "MF521",
    base,
    found: added(base, definition("config.openshift.io", "DNS", "dnses", "v1")),
    mended: added(base, definition("config.openshift.io", "DNS", "dnses", "v1"), gateways),
  },
  {
    code: "MF522",
    base,
    found: asked("/spec/runtime", {
      components: { pilot: { container: { env: { PILOT_ENABLE_GATEWAY_API: "false" } } } },
    }),
    mended: asked("/spec/runtime", {
      components: { pilot: { container: { env: { PILOT_ENABLE_GATEWAY_API: "true" } } } },
    }),
  },
  {
    code: "MF523",
    base,
    found: added(base, gatewayClass("west", "istio", "example.com/gateways")),
    mended: added(base, gatewayClass("west", "istio", "istio.io/gateway-controller")),
  },
  {
    code: "MF524",
    base,
    found: added(base, gatewayClass("east", "istio-remote", "example.com/gateways")),
    mended: added(base, gatewayClass("east", "istio-remote", "istio.io/unmanaged-gateway")),
  },
  { code: "MF525", base, found: added(base, openshift("4.19.3")), mended: added(base, openshift("4.18.20")) },
  { code: "MF526", base, found: added(base, istiod("basic")), mended: added(base, istiod("other")) },
  {
    code: "MF527",
    base: synced,
    found: changed(base, peer, { "/status": status(false, "2026-11-22T22:29:30Z") }),
    mended: synced,
  },
  {
    code: "MF528",
    base: synced,
    found: changed(base, peer, { "/status": status(true, "2026-11-22T22:19:59Z") }),
    mended: synced,
  },
];
