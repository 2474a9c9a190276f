// Rules for imported hosts: what of them goes on to work, and what blocks.
import { expect, test } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { codesOf, examined } from "../../../../test/support/seen.ts";
import { added, kubeObject, twoMeshes } from "../../../../test/support/world.ts";

const orders = "orders.sales.svc.west-mesh-imports.local";
const stock = "stock.sales.svc.cluster.local";

function said(namespace: string, spec: JsonObject): string[] {
  const rule = kubeObject("east", "networking.istio.io/v1beta1", "DestinationRule", namespace, "one", { spec });
  return codesOf(examined(added(twoMeshes(), rule)).findings);
}
const tls = (settings: JsonObject): JsonObject => ({ trafficPolicy: { tls: settings } });

test.each<[string, string, JsonObject, string[]]>([
  ["a client's own", "shop", { host: orders, trafficPolicy: { connectionPool: {} } }, []],
  ["another host", "shop", { host: "elsewhere.example", ...tls({ mode: "SIMPLE" }) }, []],
  ["mTLS as Istio does it", "shop", { host: orders, ...tls({ mode: "ISTIO_MUTUAL" }) }, []],
  ["TLS off", "shop", { host: orders, ...tls({ mode: "DISABLE" }) }, ["MF441"]],
  ["an SNI of its own", "shop", { host: orders, ...tls({ mode: "ISTIO_MUTUAL", sni: "x" }) }, ["MF441"]],
  ["names of its own", "shop", { host: orders, ...tls({ subjectAltNames: ["spiffe://x"] }) }, ["MF441"]],
  [
    "TLS for one port",
    "shop",
    { host: orders, trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "SIMPLE" } }] } },
    ["MF441"],
  ],
  [
    "TLS in a subset",
    "shop",
    { host: orders, subsets: [{ name: "a", ...tls({ mode: "SIMPLE" }) }] },
    ["MF441", "MF442"],
  ],
  ["a wildcard", "shop", { host: "*.west-mesh-imports.local", ...tls({ mode: "SIMPLE" }) }, ["MF441"]],
  ["in the root namespace, which is looked up as before", "istio-system", { host: orders }, []],
  ["in the alias namespace, which the service leaves", "sales", { host: stock }, ["MF443"]],
  ["there by its short name", "sales", { host: "stock" }, ["MF443"]],
  ["a short name elsewhere", "shop", { host: "stock" }, []],
])("%s", (_name, namespace, spec, codes) => {
  expect(said(namespace, spec)).toEqual(codes);
});
