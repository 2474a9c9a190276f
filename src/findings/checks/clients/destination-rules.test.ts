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
const peer: JsonObject = { "topology.istio.io/cluster": "west-mesh" };
const tls = (settings: JsonObject): JsonObject => ({ trafficPolicy: { tls: settings } });

test.each<[string, string, JsonObject, string[]]>([
  ["a client's own", "shop", { host: orders, trafficPolicy: { connectionPool: {} } }, []],
  ["another host", "shop", { host: "elsewhere.example", ...tls({ mode: "SIMPLE" }) }, []],
  ["mTLS as Istio does it", "shop", { host: orders, ...tls({ mode: "ISTIO_MUTUAL" }) }, []],
  ["TLS off", "shop", { host: orders, ...tls({ mode: "DISABLE" }) }, ["MF441"]],
  ["an SNI of its own", "shop", { host: orders, ...tls({ mode: "ISTIO_MUTUAL", sni: "x" }) }, ["MF441"]],
  ["TLS without a mode, which is off", "shop", { host: orders, ...tls({}) }, ["MF441"]],
  [
    "names of its own",
    "shop",
    { host: orders, ...tls({ mode: "ISTIO_MUTUAL", subjectAltNames: ["spiffe://x"] }) },
    ["MF441"],
  ],
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
    ["MF441", "MF445"],
  ],
  ["a wildcard", "shop", { host: "*.west-mesh-imports.local", ...tls({ mode: "SIMPLE" }) }, ["MF441"]],
  ["in the root namespace, which is looked up as before", "istio-system", { host: orders }, []],
  ["in the alias namespace, which the service leaves", "sales", { host: stock }, ["MF444"]],
  ["there by its short name", "sales", { host: "stock" }, ["MF444"]],
  ["there by a wildcard", "sales", { host: "*.sales.svc.cluster.local" }, ["MF444"]],
  ["there, of its own namespace only", "sales", { host: stock, exportTo: ["."] }, []],
  ["there, shown to a client namespace", "sales", { host: stock, exportTo: [".", "shop"] }, ["MF444"]],
  ["there, shown to nobody who calls", "sales", { host: stock, exportTo: [".", "lab"] }, []],
  ["there, of one workload", "sales", { host: stock, workloadSelector: { matchLabels: { app: "x" } } }, []],
  ["there, with TLS off", "sales", { host: stock, ...tls({ mode: "DISABLE" }) }, ["MF441", "MF443"]],
  ["beside our entry", "meshferry-imports", { host: stock }, []],
  ["in a namespace that is looked up by nobody", "lab", { host: stock, ...tls({ mode: "DISABLE" }) }, []],
  ["subsets by name", "shop", { host: stock, subsets: [{ name: "quick" }] }, ["MF445"]],
  ["subsets by peer", "shop", { host: stock, subsets: [{ name: "a", labels: peer }] }, ["MF442"]],
  ["subsets by version", "shop", { host: stock, subsets: [{ name: "v1", labels: { version: "v1" } }] }, ["MF446"]],
  ["a short name elsewhere", "shop", { host: "stock" }, []],
])("%s", (_name, namespace, spec, codes) => {
  expect(said(namespace, spec)).toEqual(codes);
});
