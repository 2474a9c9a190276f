// Scenarios of the codes MF400 to MF439: what policies mean for callers that come under their own names.
import type { Json } from "../../../src/core/json.ts";
import type { KubeObject } from "../../../src/core/object-ref.ts";
import { added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const gateway = "west.example/ns/istio-system/sa/federation-ingress-service-account";

/** A policy for the exported service "orders". */
function policy(
  action: string,
  source: Readonly<Record<string, Json>>,
  more: Readonly<Record<string, Json>> = {},
): KubeObject {
  return kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "theirs", {
    spec: { action, selector: { matchLabels: { app: "orders" } }, rules: [{ from: [{ source }] }], ...more },
  });
}
const found = (...args: Parameters<typeof policy>) => added(base, policy(...args));
/** A policy that lets one namespace reach the servers. */
const network = (name: string): KubeObject =>
  kubeObject("west", "networking.k8s.io/v1", "NetworkPolicy", "sales", "one", {
    spec: {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }] }],
    },
  });
const everybody = found("ALLOW", { principals: ["*"] });
const shared = twoMeshes({ east: { trustDomain: "one.example" }, west: { trustDomain: "one.example" } });
const sharedGateway = policy("ALLOW", { principals: [gateway.replace("west.example", "one.example")] });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF400",
    base: shared,
    found: added(shared, sharedGateway),
    mended: added(shared, policy("ALLOW", { principals: ["one.example/*"] })),
  },
  {
    code: "MF401",
    base,
    found: found("DENY", { principals: [gateway] }),
    mended: found("DENY", { principals: [gateway, "east.example/*"] }),
  },
  { code: "MF402", base, found: found("ALLOW", { ipBlocks: ["10.0.0.0/8"] }), mended: everybody },
  {
    code: "MF403",
    base,
    found: found("CUSTOM", { principals: ["*"] }, { provider: { name: "gatekeeper" } }),
    mended: everybody,
  },
  { code: "MF405", base, found: added(base, network("elsewhere")), mended: added(base, network("istio-ingress")) },
  { code: "MF404", base, found: found("ALLOW", { principals: [gateway] }), mended: everybody },
];
