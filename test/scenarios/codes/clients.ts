// Scenarios of the codes MF440 to MF479: the clients' side.
import type { JsonObject } from "../../../src/core/json.ts";
import { added, changed, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const sidecar = (...hosts: string[]) =>
  kubeObject("east", "networking.istio.io/v1beta1", "Sidecar", "shop", "default", { spec: { egress: [{ hosts }] } });

const host = "stock.sales.svc.cluster.local";
const rule = (namespace: string, spec: JsonObject) =>
  kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", namespace, "stock", { spec: { host, ...spec } });
const another = kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", "sales", "another", {
  spec: { host: "stock" },
});
const subsets = (labels: JsonObject): JsonObject => ({ subsets: [{ name: "one", labels }] });
const peer: JsonObject = { "topology.istio.io/cluster": "west-mesh" };
const harmless = added(base, rule("shop", { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }));

const port = (name: string) => changed(base, "west Service sales/orders", { "/spec/ports/0/name": name });

export const scenarios: readonly CodeScenario[] = [
  { code: "MF460", base, found: port("tcp-feed"), mended: port("http") },
  { code: "MF461", base, found: port("feed"), mended: port("http") },
  {
    code: "MF440",
    base,
    found: added(base, sidecar("./*", "istio-system/*")),
    mended: added(base, sidecar("./*", "istio-system/*", "meshferry-imports/*")),
  },
  {
    code: "MF441",
    base,
    found: added(base, rule("shop", { trafficPolicy: { tls: { mode: "SIMPLE" } } })),
    mended: harmless,
  },
  { code: "MF442", base, found: added(base, rule("shop", subsets(peer))), mended: harmless },
  {
    code: "MF443",
    base,
    found: added(base, rule("sales", {}), another),
    mended: added(base, rule("sales", {})),
  },
  {
    code: "MF444",
    base,
    found: added(base, rule("sales", {})),
    mended: added(base, rule("sales", { exportTo: ["."] })),
  },
  { code: "MF445", base, found: added(base, rule("shop", subsets({}))), mended: harmless },
  { code: "MF446", base, found: added(base, rule("shop", subsets({ version: "v1" }))), mended: harmless },
];
