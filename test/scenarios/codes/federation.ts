// Scenarios of the codes MF100 to MF119: what federation does today.
import type { ClusterInput } from "../../../src/core/cluster.ts";
import { added, changed, kubeObject, makeWorld, named, pem, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const peer = "east ServiceMeshPeer istio-system/west-mesh";
const offers = "west ExportedServiceSet istio-system/east-mesh";
const takes = "east ImportedServiceSet istio-system/west-mesh";
const stated = { pairs: [{ peers: ["east/istio-system/west-mesh", "west/istio-system/east-mesh"] as const }] };

const otherAddress = changed(base, peer, { "/spec/remote/addresses": ["elsewhere.example"] });
const orders = { hostname: "orders.sales.svc.cluster.local", name: "orders", namespace: "sales" };
const exportedName = (name: string) => `${name}.sales.svc.east-mesh-exports.local`;
const importedName = (name: string) => `${name}.sales.svc.east-mesh-exports.local`;
const reporting = (set: string, field: string, rows: readonly object[]): ClusterInput[] =>
  changed(base, set, { "/status": { [field]: rows as never } });
const hidden = twoMeshes({
  west: {
    services: [
      { namespace: "sales", name: "orders" },
      { namespace: "sales", name: "stock" },
      { namespace: "sales", name: "plain" },
      { namespace: "sales", name: "shy", annotations: { "networking.istio.io/exportTo": "~" } },
    ],
  },
});
const rules = [named("sales", "orders"), named("sales", "stock")];
const wide = [...rules, named("sales", "shy")];
const unset = twoMeshes({ link: { imports: [[named("sales", "orders")], null] } });
const ports = twoMeshes({
  west: {
    services: [
      { namespace: "sales", name: "orders", ports: [{ port: 80, name: "http", targetPort: "web" }] },
      { namespace: "sales", name: "stock" },
    ],
  },
});

const [east] = base;
const original = east?.objects.find(({ ref }) => ref.kind === "ServiceMeshPeer");
const ambiguous = added(
  base,
  kubeObject("east", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", "west-copy", {
    spec: original?.body["spec"] ?? {},
  }),
  kubeObject("east", "v1", "ConfigMap", "istio-system", "west-copy-ca-root-cert", {
    data: { "root-cert.pem": pem("west") },
  }),
);
/** Two links of the same meshes; the second peer's name is one that istiod refuses. */
const dotted = (name: string) =>
  makeWorld({
    meshes: [
      { key: "east", clients: ["shop"] },
      { key: "west", services: [{ namespace: "sales", name: "orders" }] },
      { key: "north" },
    ],
    links: [
      { between: ["east", "west"], exports: [null, [named("sales", "orders")]], imports: [[named("*", "*")], null] },
      { between: ["north", "west"], peers: [name, "north-mesh"], exports: [null, null], imports: [null, null] },
    ],
  });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF100",
    base,
    found: added(
      base,
      kubeObject("east", "federation.maistra.io/v1", "ServiceMeshPeer", "istio-system", "north-mesh", {
        spec: { remote: { addresses: ["north.example"] }, security: { trustDomain: "north.example" } },
      }),
    ),
    mended: base,
  },
  { code: "MF101", base, found: otherAddress, mended: base, with: ["MF311"] },
  { code: "MF102", base, found: otherAddress, mended: base, with: ["MF319"], config: stated },
  {
    code: "MF103",
    base: [],
    found: ambiguous,
    mended: changed(ambiguous, "east ServiceMeshPeer istio-system/west-copy", undefined),
  },
  {
    code: "MF106",
    base: dotted("west-mesh"),
    found: dotted("west.mesh"),
    mended: changed(dotted("west.mesh"), "north ServiceMeshPeer istio-system/west.mesh", undefined),
  },
  {
    code: "MF109",
    base,
    found: changed(base, takes, {
      "/spec/importRules": [named("sales", "orders"), named("sales", "stock", { name: "-x" })],
    }),
    mended: base,
  },
  {
    code: "MF110",
    base,
    found: changed(base, offers, {
      "/spec/exportRules": [named("sales", "orders"), named("sales", "stock", { name: "orders" })],
    }),
    mended: base,
    with: ["MF200", "MF310", "MF311"],
  },
  {
    code: "MF116",
    base,
    found: changed(base, "west Service sales/orders", { "/spec/selector": { app: "nobody" } }),
    mended: base,
    with: ["MF310"],
  },
  {
    code: "MF104",
    base,
    found: changed(base, "west Service istio-system/federation-ingress", { "/status": {} }),
    mended: base,
    with: ["MF317"],
  },
  {
    code: "MF105",
    base,
    found: base,
    mended: base,
    config: { pairs: [{ peers: ["east/istio-system/nobody", "west/istio-system/east-mesh"] }] },
    mendedConfig: stated,
  },
  {
    code: "MF107",
    base,
    found: changed(base, offers, { "/spec/exportRules": [...rules, { type: "Guess" }] }),
    mended: base,
  },
  {
    code: "MF108",
    base: hidden,
    found: changed(hidden, offers, { "/spec/exportRules": [...rules, named("sales", "plain", { name: "-plain" })] }),
    mended: hidden,
  },
  {
    code: "MF112",
    base,
    found: reporting(offers, "exportedServices", [{ localService: orders, exportedName: exportedName("orders") }]),
    mended: base,
  },
  {
    code: "MF113",
    base: hidden,
    found: changed(changed(hidden, offers, { "/spec/exportRules": wide }), offers, {
      "/status": {
        exportedServices: ["orders", "shy", "stock"].map((name) => ({
          localService: { hostname: `${name}.sales.svc.cluster.local`, name, namespace: "sales" },
          exportedName: exportedName(name),
        })),
      },
    }),
    mended: hidden,
  },
  {
    code: "MF114",
    base,
    found: reporting(takes, "importedServices", [
      {
        localService: { ...orders, hostname: "orders.sales.svc.west-mesh-imports.local" },
        exportedName: importedName("orders"),
      },
    ]),
    mended: base,
  },
  {
    code: "MF115",
    base: unset,
    found: changed(unset, offers, { "/spec/exportRules": [...rules, named("istio-system", "federation-ingress")] }),
    mended: unset,
  },
  {
    code: "MF117",
    base,
    found: changed(ports, "west Service sales/orders", { "/spec/ports/0/targetPort": "nothing" }),
    mended: changed(ports, "west Service sales/orders", { "/spec/ports/0/targetPort": 8080 }),
    with: ["MF310"],
  },
];
