// Scenarios of the codes MF440 to MF479: the clients' side.
import type { JsonObject } from "../../../src/core/json.ts";
import { added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const sidecar = (...hosts: string[]) =>
  kubeObject("east", "networking.istio.io/v1beta1", "Sidecar", "shop", "default", { spec: { egress: [{ hosts }] } });

const host = "stock.sales.svc.cluster.local";
const rule = (namespace: string, spec: JsonObject) =>
  kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", namespace, "stock", { spec: { host, ...spec } });
const harmless = added(base, rule("shop", { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }));

export const scenarios: readonly CodeScenario[] = [
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
  { code: "MF442", base, found: added(base, rule("shop", { subsets: [{ name: "v1" }] })), mended: harmless },
  { code: "MF443", base, found: added(base, rule("sales", {})), mended: base },
];
