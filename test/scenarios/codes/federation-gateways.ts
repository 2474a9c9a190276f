// Scenarios of the codes MF406 to MF419: what acts on federation's gateways, and goes with them.
import type { JsonObject } from "../../../src/core/json.ts";
import { added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const exported = "orders.sales.svc.east-mesh-exports.local";
const networking = "networking.istio.io/v1beta1";
const security = "security.istio.io/v1beta1";
const west = (api: string, kind: string, namespace: string, spec: JsonObject) =>
  added(base, kubeObject("west", api, kind, namespace, "theirs", { spec }));
const forPods = (app: string): JsonObject => ({ selector: { matchLabels: { app } } });

const fronted = (app: string) =>
  added(
    west(networking, "Gateway", "shop", {
      selector: { app },
      servers: [{ port: { number: 8443, name: "https", protocol: "HTTPS" }, hosts: ["shop.example"] }],
    }),
    kubeObject("west", "v1", "Service", "istio-system", "front", {
      spec: { selector: { app: "federation-ingress" }, ports: [{ port: 443, targetPort: 8443 }] },
    }),
  );
const egressRule = (host: string) =>
  added(base, kubeObject("east", networking, "DestinationRule", "istio-system", "theirs", { spec: { host } }));

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF406",
    base,
    found: west(security, "AuthorizationPolicy", "istio-system", forPods("federation-ingress")),
    mended: west(security, "AuthorizationPolicy", "istio-system", forPods("front")),
  },
  {
    code: "MF407",
    base,
    found: west(security, "RequestAuthentication", "istio-system", forPods("federation-ingress")),
    mended: west(security, "RequestAuthentication", "istio-system", forPods("front")),
  },
  { code: "MF408", base, found: fronted("federation-ingress"), mended: fronted("front") },
  {
    code: "MF410",
    base,
    found: west(networking, "VirtualService", "istio-system", { hosts: [exported] }),
    mended: base,
  },
  { code: "MF411", base, found: egressRule(exported), mended: egressRule("orders.sales.svc.west-mesh-imports.local") },
  {
    code: "MF413",
    base,
    found: west(security, "PeerAuthentication", "sales", { mtls: { mode: "DISABLE" } }),
    mended: west(security, "PeerAuthentication", "sales", { mtls: { mode: "PERMISSIVE" } }),
  },
];
