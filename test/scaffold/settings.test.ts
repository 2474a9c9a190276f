// Each setting of a scaffold does what it says to the objects that are made.
import { expect, test } from "vitest";
import { valueAt } from "../../src/core/pointer.ts";
import { bodiesOf, bodyOf, planOf, scaffoldOf } from "./made.ts";

const all = `
defaults: { version: v2.5, accessLog: null, spec: { tracing: null, proxy: { concurrency: 2 } } }
images: { http: example.com/web:1 }
meshes:
- name: a
  cluster: one
  namespace: a-system
  controlPlane: plane
  peer: alfa
  trustDomain: alfa.example
  network: net-a
  mode: MultiTenant
  version: v2.6
  addons: { kiali: true }
  logLevels: { rbac: debug }
  trustDomainAliases: false
  discoverGateways: true
  env: { X: "1" }
  identity: Kubernetes
  manageNetworkPolicy: true
  ingressGateway: true
  ingress: { name: in, annotations: { internal: "true" }, addresses: [in.example.com] }
  egress: { name: out }
  spec: { proxy: { concurrency: 4 } }
  apps:
  - { http: web, serviceAccounts: [left, right], replicas: 2, labels: { tier: front } }
  - { tcp: web/echo, sidecar: false }
- { name: b, ingress: { type: NodePort, addresses: [192.0.2.1, 192.0.2.2], nodePorts: { service: 30443, discovery: 30188 } } }
- { name: c, egress: { perPeer: true } }
`;
const scaffold = scaffoldOf(all);

test("a control plane with every setting", () => {
  expect(bodyOf(scaffold, "one: ServiceMeshControlPlane a-system/plane")).toEqual({
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    metadata: { name: "plane", namespace: "a-system" },
    spec: {
      mode: "MultiTenant",
      version: "v2.6",
      addons: { grafana: { enabled: false }, kiali: { enabled: true }, prometheus: { enabled: false } },
      general: { logging: { componentLevels: { rbac: "debug" } } },
      proxy: { concurrency: 4 },
      runtime: {
        components: { pilot: { container: { env: { PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "true", X: "1" } } } },
      },
      cluster: { network: "net-a" },
      security: {
        identity: { type: "Kubernetes" },
        trust: { domain: "alfa.example" },
        manageNetworkPolicy: true,
      },
      gateways: {
        ingress: { enabled: true },
        egress: { enabled: false },
        additionalEgress: {
          out: {
            enabled: true,
            requestedNetworkView: ["network-b-mesh", "network-c-mesh"],
            service: {
              metadata: { labels: { "federation.maistra.io/egress-for": "out" } },
              ports: [
                { port: 15443, name: "tls" },
                { port: 8188, name: "http-discovery" },
              ],
            },
          },
        },
        additionalIngress: {
          in: {
            enabled: true,
            service: {
              type: "LoadBalancer",
              metadata: { labels: { "federation.maistra.io/ingress-for": "alfa" }, annotations: { internal: "true" } },
              ports: [
                { port: 15443, name: "tls" },
                { port: 8188, name: "https-discovery" },
              ],
            },
          },
        },
      },
    },
  });
  expect(bodyOf(scaffold, "one: ServiceMeshMemberRoll a-system/default")).toEqual({
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMemberRoll",
    metadata: { name: "default", namespace: "a-system" },
    spec: { members: ["web"] },
  });
});

test("peers name stated addresses and node ports, and the gateway that serves them", () => {
  expect(valueAt(bodyOf(scaffold, "b: ServiceMeshPeer istio-system/alfa"), "/spec")).toEqual({
    remote: { addresses: ["in.example.com"], discoveryPort: 8188, servicePort: 15443 },
    gateways: { ingress: { name: "federation-ingress" }, egress: { name: "federation-egress" } },
    security: {
      trustDomain: "alfa.example",
      clientID: "alfa.example/ns/a-system/sa/out-service-account",
      certificateChain: { kind: "ConfigMap", name: "alfa-ca-root-cert" },
    },
  });
  expect(valueAt(bodyOf(scaffold, "c: ServiceMeshPeer istio-system/b-mesh"), "/spec")).toEqual({
    remote: { addresses: ["192.0.2.1", "192.0.2.2"], discoveryPort: 30188, servicePort: 30443 },
    gateways: { ingress: { name: "federation-ingress" }, egress: { name: "egress-b-mesh" } },
    security: {
      trustDomain: "b.local",
      clientID: "b.local/ns/istio-system/sa/federation-egress-service-account",
      certificateChain: { kind: "ConfigMap", name: "b-mesh-ca-root-cert" },
    },
  });
  const gateways = "/spec/gateways/additionalEgress";
  const egress = valueAt(bodyOf(scaffold, "c: ServiceMeshControlPlane istio-system/basic"), gateways);
  expect(Object.keys(egress ?? {})).toEqual(["egress-alfa", "egress-b-mesh"]);
  const ports = "/spec/gateways/additionalIngress/federation-ingress/service/ports";
  expect(valueAt(bodyOf(scaffold, "b: ServiceMeshControlPlane istio-system/basic"), ports)).toEqual([
    { port: 15443, name: "tls", nodePort: 30443 },
    { port: 8188, name: "https-discovery", nodePort: 30188 },
  ]);
  // Only what no load balancer and no statement tells is a slot.
  expect(planOf(scaffold).slots.map(({ id }) => id)).toEqual(["c-ingress"]);
});

test("an app with several accounts has a Deployment for each behind one Service", () => {
  const bodies = bodiesOf(planOf(scaffold));
  const names = [...bodies.keys()].filter((key) => key.startsWith("one: ") && key.includes(" web/"));
  expect(names).toEqual([
    "one: ServiceAccount web/echo",
    "one: ServiceAccount web/left",
    "one: ServiceAccount web/right",
    "one: Service web/echo",
    "one: Service web/httpbin",
    "one: Deployment web/echo",
    "one: Deployment web/httpbin",
    "one: Deployment web/httpbin-v2",
  ]);
  expect(valueAt(bodies.get("one: Service web/httpbin"), "/metadata/labels")).toEqual({
    app: "httpbin",
    service: "httpbin",
    tier: "front",
  });
  const second = bodies.get("one: Deployment web/httpbin-v2");
  expect(valueAt(second, "/spec/template/spec/serviceAccountName")).toBe("right");
  expect(valueAt(second, "/spec/selector/matchLabels")).toEqual({ app: "httpbin", version: "v2" });
  expect(valueAt(second, "/spec/template/spec/containers/0/image")).toBe("example.com/web:1");
  const echo = bodies.get("one: Deployment web/echo");
  expect(valueAt(echo, "/spec/template/metadata/annotations")).toEqual({ "sidecar.istio.io/inject": "false" });
});

test("rules of exports and imports", () => {
  const rules = scaffoldOf(`
meshes: [{ name: a }, { name: b }]
exports:
- from: a
  services:
  - { service: n/s, as: m/* }
  - { namespace: k, labels: { x: y }, expressions: [{ key: z, operator: Exists }], aliases: [{ service: "*/s", as: "*/t" }] }
  - "*/*"
imports:
- { into: b, from: a, services: [{ service: m/s, domainSuffix: x.example }], domainSuffix: y.example, locality: { region: r } }
`);
  expect(valueAt(bodyOf(rules, "a: ExportedServiceSet istio-system/b-mesh"), "/spec")).toEqual({
    exportRules: [
      { type: "NameSelector", nameSelector: { namespace: "n", name: "s", alias: { namespace: "m" } } },
      {
        type: "LabelSelector",
        labelSelector: {
          namespace: "k",
          selector: { matchLabels: { x: "y" }, matchExpressions: [{ key: "z", operator: "Exists", values: [] }] },
          aliases: [{ name: "s", alias: { name: "t" } }],
        },
      },
      { type: "NameSelector", nameSelector: { namespace: "*", name: "*" } },
    ],
  });
  expect(valueAt(bodyOf(rules, "b: ImportedServiceSet istio-system/a-mesh"), "/spec")).toEqual({
    importRules: [{ type: "NameSelector", nameSelector: { namespace: "m", name: "s" }, domainSuffix: "x.example" }],
    domainSuffix: "y.example",
    locality: { region: "r" },
  });
});
