// Scenarios of the codes MF300 to MF339: what stands in the way of the plan.
import { defaultConfig } from "../../../src/config/config.ts";
import type { ClusterInput } from "../../../src/core/cluster.ts";
import { added, changed, kubeObject, type MeshOf, makeWorld, named, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const control = "west ServiceMeshControlPlane istio-system/basic";
const ingress = "west Service istio-system/federation-ingress";
const combined = { trust: { ...defaultConfig.trust, order: "combined-root" as const } };
const istio = "networking.istio.io/v1beta1";
const namespace = kubeObject("west", "v1", "Namespace", null, "istio-ingress");
const withNamespace = added(base, namespace);

/** Mesh "hub" offers two services to "left" and one of them to "right", whose trust domain is given. */
function hub(right: Partial<MeshOf>, toRight = [named("shop", "orders")]): ClusterInput[] {
  const service = (name: string) => ({ namespace: "shop", name });
  return makeWorld({
    meshes: [
      { key: "hub", services: [service("orders"), service("stock")] },
      { key: "left", clients: ["buyers"] },
      { key: "right", clients: ["auditors"], ...right },
    ],
    links: [
      { between: ["hub", "left"], exports: [[named("shop", "")], null], imports: [null, [named("", "")]] },
      { between: ["hub", "right"], exports: [toRight, null], imports: [null, [named("", "")]] },
    ],
  });
}

const selecting = twoMeshes({
  west: { spec: { meshConfig: { discoverySelectors: [{ matchLabels: { mesh: "in" } }] } } },
});
const labelled = (name: string, labels: Readonly<Record<string, string>>) =>
  kubeObject("west", "v1", "Namespace", null, name, { metadata: { labels } });
const watched = added(selecting, labelled("sales", { mesh: "in" }), labelled("istio-system", { mesh: "in" }));
const own = (labels: Readonly<Record<string, string>>) => added(watched, labelled("istio-ingress", labels));

const unseen = (inputs: readonly ClusterInput[], kind: string): ClusterInput[] =>
  inputs.map((input) =>
    input.id === "west" ? { ...input, coverage: { ...input.coverage, [kind]: "not-supplied" as const } } : input,
  );
const withoutSecret = changed(base, "west Secret istio-system/cacerts", undefined);
const bare = kubeObject("east", "v1", "Pod", "shop", "by-hand", {
  spec: { containers: [{ name: "istio-proxy", env: [{ name: "ISTIO_META_NETWORK", value: "network-east" }] }] },
  status: { phase: "Running" },
});
const bothWays = twoMeshes({
  east: { clients: ["shop", "till"], services: [{ namespace: "shop", name: "cart" }] },
  link: {
    exports: [[named("shop", "cart")], [named("sales", "orders")]],
    imports: [[named("sales", "orders")], [named("shop", "nothing")]],
  },
});
/** A second peer with an ingress gateway of its own, beside the first. */
const ingresses = (policy: { readonly one?: string; readonly two?: string }): ClusterInput[] =>
  added(
    changed(base, ingress, { "/spec/externalTrafficPolicy": policy.one ?? "Cluster" }),
    kubeObject("west", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", "other", {
      spec: { gateways: { ingress: { name: "other-ingress" } } },
    }),
    kubeObject("west", "v1", "Service", "istio-system", "other-ingress", {
      spec: { type: "LoadBalancer", externalTrafficPolicy: policy.two ?? "Cluster" },
      status: { loadBalancer: { ingress: [{ hostname: "other.lb.example" }] } },
    }),
  );
const filter = kubeObject("east", "networking.istio.io/v1alpha3", "EnvoyFilter", "shop", "theirs", { spec: {} });
const noImports = twoMeshes({ link: { imports: [[], null] } });

export const scenarios: readonly CodeScenario[] = [
  { code: "MF300", base, found: changed(base, control, { "/spec/version": "v2.5" }), mended: base },
  {
    code: "MF301",
    base,
    found: changed(base, control, { "/spec/security/manageNetworkPolicy": null }),
    mended: base,
  },
  {
    code: "MF336",
    base: unseen(base, "NetworkPolicy.networking.k8s.io"),
    found: changed(unseen(base, "NetworkPolicy.networking.k8s.io"), control, {
      "/spec/security/manageNetworkPolicy": null,
    }),
    mended: unseen(base, "NetworkPolicy.networking.k8s.io"),
  },
  {
    code: "MF302",
    base: ingresses({}),
    found: ingresses({ one: "Local" }),
    mended: ingresses({ one: "Local", two: "Local" }),
  },
  { code: "MF303", base, found: changed(base, ingress, undefined), mended: base, with: ["MF104"] },
  { code: "MF304", base, found: added(base, filter), mended: base },
  { code: "MF305", base, found: unseen(base, "AuthorizationPolicy.security.istio.io"), mended: base },
  { code: "MF306", base, found: withNamespace, mended: base },
  {
    code: "MF307",
    base: withNamespace,
    found: added(withNamespace, kubeObject("west", istio, "Gateway", "istio-ingress", "expose-services", { spec: {} })),
    mended: withNamespace,
  },
  { code: "MF308", base, found: withoutSecret, mended: base, config: combined },
  {
    code: "MF309",
    base,
    found: unseen(withoutSecret, "Secret"),
    mended: base,
    config: combined,
  },
  {
    code: "MF310",
    base: bothWays,
    found: unseen(
      changed(bothWays, "west ImportedServiceSet istio-system/east-mesh", undefined),
      "ImportedServiceSet.federation.maistra.io",
    ),
    mended: bothWays,
  },
  {
    code: "MF311",
    base,
    found: noImports,
    mended: changed(noImports, "east ImportedServiceSet istio-system/west-mesh", {
      "/spec/importRules": [named("sales", "orders")],
    }),
  },
  {
    code: "MF312",
    base,
    found: base,
    mended: base,
    config: { entries: { namespace: "sales" } },
    mendedConfig: { entries: { namespace: "entries" } },
  },
  {
    code: "MF313",
    base: hub({}, [named("shop", "")]),
    found: hub({ trustDomain: "left.example" }),
    with: ["MF346"],
    mended: changed(hub({ trustDomain: "left.example" }), "hub ExportedServiceSet istio-system/right-mesh", {
      "/spec/exportRules": [named("shop", "")],
    }),
  },
  { code: "MF314", base, found: added(base, bare), mended: base },
  {
    code: "MF315",
    base: hub({}, [named("shop", "")]),
    found: hub({}),
    mended: hub({}, [named("shop", "")]),
  },
  { code: "MF316", base: watched, found: own({}), mended: own({ mesh: "in" }), with: ["MF306"] },
];
