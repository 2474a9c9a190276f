// Scenarios of the codes MF317 to MF335: how the new gateways are reached, and what they cannot have.
import { defaultConfig } from "../../../src/config/config.ts";
import type { GatewayOptions } from "../../../src/core/east-west-options.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { byNodePort, ingressOfWest, west, withIngress } from "../../support/gateways.ts";
import { added, changed, kubeObject, makeWorld, named, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const control = "west ServiceMeshControlPlane istio-system/basic";
const peer = "east ServiceMeshPeer istio-system/west-mesh";
const eastWest = (options: Partial<GatewayOptions>) => ({ eastWest: { ...defaultConfig.eastWest, ...options } });
const pairs = [{ peers: ["east/istio-system/west-mesh", "west/istio-system/east-mesh"] as const }];
const at = (...addresses: readonly string[]) =>
  eastWest({ addresses: [{ mesh: west, importer: null, addresses, port: null }] });
const deployment = (replicas: number): JsonObject => ({ runtime: { deployment: { replicas } } });

/** Federation by IP. */
const byIp = twoMeshes({ west: { address: "192.0.2.7" } });
/** West's gateway as its own cluster sees it, with another peer that has an ingress gateway of its own. */
const twoIngresses = added(
  base,
  kubeObject("west", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", "other", {
    spec: { gateways: { ingress: { name: "other-ingress" } } },
  }),
  kubeObject("west", "v1", "Service", "istio-system", "other-ingress", {
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ hostname: "other.lb.example" }] } },
  }),
);
const nodes = byNodePort();
const behindRoute = changed(withIngress({ "/spec/type": "ClusterIP", "/status": { loadBalancer: {} } }), peer, {
  "/spec/remote/addresses": ["apps.west.example"],
});
const off = {
  "/spec/runtime": { components: { pilot: { container: { env: { RESOLVE_HOSTNAME_GATEWAYS: "false" } } } } },
};
const tenants = (services: readonly string[]) =>
  makeWorld({
    meshes: [
      { key: "hub", clients: ["app"] },
      { key: "one", cluster: "west", services: [{ namespace: "a", name: "one" }] },
      {
        key: "two",
        cluster: "west",
        namespace: "istio-two",
        name: "second",
        services: services.map((name) => ({ namespace: "b", name })),
      },
    ],
    links: ["one", "two"].map((key) => ({
      between: ["hub", key] as const,
      exports: [null, [named("*", key)]] as const,
      imports: [[named("*", "*")], null] as const,
    })),
  });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF317",
    base,
    found: withIngress({ "/status": { loadBalancer: {} } }),
    mended: base,
    with: ["MF104"],
  },
  {
    code: "MF318",
    base,
    found: behindRoute,
    mended: behindRoute,
    with: ["MF104"],
    mendedConfig: at("apps.west.example"),
  },
  {
    code: "MF319",
    base,
    found: changed(base, peer, { "/spec/remote/addresses": ["198.51.100.4"] }),
    mended: base,
    with: ["MF102", "MF323"],
    config: { pairs },
  },
  {
    code: "MF320",
    base,
    found: withIngress({
      "/metadata/annotations": { "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn" },
    }),
    mended: base,
  },
  { code: "MF321", base, found: withIngress({ "/spec/loadBalancerIP": "192.0.2.1" }), mended: base },
  { code: "MF322", base, found: changed(base, "east ServiceMeshControlPlane istio-system/basic", off), mended: base },
  {
    code: "MF323",
    base: byIp,
    found: byIp,
    mended: byIp,
    config: at("gateway.west.example"),
    mendedConfig: at("192.0.2.8"),
  },
  {
    code: "MF324",
    base: byIp,
    found: nodes,
    mended: changed(nodes, ingressOfWest, {
      "/spec/type": "LoadBalancer",
      "/status": { loadBalancer: { ingress: [{ ip: "10.0.0.5" }] } },
    }),
  },
  {
    code: "MF329",
    base: nodes,
    found: changed(nodes, ingressOfWest, { "/spec/externalTrafficPolicy": "Local" }),
    mended: nodes,
  },
  {
    code: "MF325",
    base: twoIngresses,
    found: changed(twoIngresses, control, {
      "/spec/gateways/additionalIngress": { "federation-ingress": deployment(4), "other-ingress": deployment(4) },
    }),
    mended: changed(twoIngresses, control, {
      "/spec/gateways/additionalIngress": { "federation-ingress": deployment(4), "other-ingress": deployment(1) },
    }),
  },
  {
    code: "MF326",
    base: tenants([]),
    found: tenants(["two"]),
    mended: changed(tenants(["two"]), "hub ImportedServiceSet istio-system/two-mesh", { "/spec/importRules": [] }),
  },
  {
    code: "MF327",
    base,
    found: changed(base, control, {
      "/spec/gateways/additionalIngress/federation-ingress/runtime": {
        pod: { containers: { "istio-proxy": { resources: { limits: { cpu: "4" } } } } },
      },
    }),
    mended: base,
  },
  {
    code: "MF328",
    base,
    found: base,
    mended: base,
    config: eastWest({ addresses: [{ mesh: "west/a/b", importer: null, addresses: ["192.0.2.8"], port: null }] }),
    mendedConfig: at("192.0.2.8"),
  },
];
