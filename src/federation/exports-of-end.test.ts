// What a mesh exports: rules held against what the set's status reports, and the services that istiod knows at all.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Federation } from "./federation.ts";
import { codesOf, examined, ofCode } from "../../test/support/seen.ts";
import {
  added,
  asLocal,
  changed,
  kubeObject,
  makeWorld,
  type MeshOf,
  named,
  twoMeshes,
} from "../../test/support/world.ts";

const set = "west ExportedServiceSet istio-system/east-mesh";
const ordersHost = "orders.sales.svc.cluster.local";
const exportedHost = (name: string): string => `${name}.svc.east-mesh-exports.local`;

function federation(inputs: readonly ClusterInput[]): Federation {
  return examined(inputs).federation;
}

function exported(inputs: readonly ClusterInput[]): string[] {
  return federation(inputs).exports.map(({ exportedHost: host }) => host);
}

function rows(...services: readonly (readonly [hostname: string, exported: string])[]): Json {
  return services.map(([hostname, exportedName]) => ({ localService: { hostname }, exportedName }));
}

describe("the set's status", () => {
  const stock = ["stock.sales.svc.cluster.local", exportedHost("stock.sales")] as const;
  const orders = [ordersHost, exportedHost("orders.sales")] as const;
  const cases: readonly (readonly [
    name: string,
    status: Json,
    agreement: readonly string[],
    differs: readonly string[],
  ])[] = [
    ["agrees", rows(orders, stock), ["agrees", "agrees"], []],
    ["lacks a service", rows(stock), ["differs", "agrees"], [ordersHost]],
    ["has another name", rows([ordersHost, exportedHost("old.sales")], stock), ["differs", "agrees"], [ordersHost]],
    [
      "has one that the rules do not take",
      rows(orders, stock, ["gone.sales.svc.cluster.local", exportedHost("gone.sales")]),
      ["agrees", "agrees"],
      ["gone.sales.svc.cluster.local"],
    ],
    ["is empty", [], ["differs", "differs"], [ordersHost, stock[0]]],
  ];
  for (const [name, exportedServices, agreement, differs] of cases) {
    test(name, () => {
      const found = federation(changed(twoMeshes(), set, { "/status": { exportedServices } }));
      expect(found.exports.map(({ status }) => status)).toEqual(agreement);
      expect(ofCode(found.findings, "MF112").map(({ params }) => params["service"])).toEqual(differs);
    });
  }

  test("is not missed where there is none", () => {
    expect(federation(twoMeshes()).exports.map(({ status }) => status)).toEqual(["no-status", "no-status"]);
    expect(codesOf(federation(twoMeshes()).findings)).toEqual([]);
  });
});

describe("a service that hides itself", () => {
  const hidden = (value: string): ClusterInput[] =>
    changed(twoMeshes(), "west Service sales/orders", {
      "/metadata/annotations": { "networking.istio.io/exportTo": value },
    });

  test("is not exported", () => {
    expect(exported(hidden("~"))).toEqual([exportedHost("stock.sales")]);
    expect(codesOf(federation(hidden("~")).findings)).toEqual([]);
  });

  test("is exported all the same where the status says so: it was touched", () => {
    const active = changed(hidden("~"), set, {
      "/status": {
        exportedServices: rows(
          [ordersHost, exportedHost("orders.sales")],
          ["stock.sales.svc.cluster.local", exportedHost("stock.sales")],
        ),
      },
    });
    expect(exported(active)).toEqual([exportedHost("orders.sales"), exportedHost("stock.sales")]);
    expect(codesOf(federation(active).findings)).toEqual(["MF113"]);
    expect(federation(active).imports.map(({ host }) => host)).toContain("orders.sales.svc.west-mesh-imports.local");
  });

  test("is exported where it shows itself to the control plane's namespace; its list is kept", () => {
    const shown = federation(hidden("istio-system,."));
    expect(shown.exports[0]).toMatchObject({
      exportedHost: exportedHost("orders.sales"),
      exportTo: ["istio-system", "sales"],
    });
    expect(shown.exports[1]?.exportTo).toBeNull();
  });
});

describe("infrastructure", () => {
  const everything = (): ClusterInput[] => {
    const inputs = twoMeshes({ link: { exports: [null, [named("*", "*")]], imports: [[named("", "")], null] } });
    const istiod = kubeObject("west", "v1", "Service", "istio-system", "istiod-basic", {
      metadata: { labels: { app: "istiod" } },
      spec: { ports: [{ port: 15012, name: "grpc" }], selector: { app: "istiod" } },
    });
    const api = kubeObject("west", "v1", "Service", "default", "kubernetes", {
      spec: { ports: [{ port: 443, name: "https" }] },
    });
    const lookalike = kubeObject("west", "v1", "Service", "sales", "federation-ingress", {
      spec: { ports: [{ port: 80 }], selector: { app: "x" } },
    });
    return added(inputs, istiod, api, lookalike);
  };

  test("is exported by a wide rule, said so, and makes no route", () => {
    const found = examined(everything());
    const infrastructure = found.federation.exports
      .filter(({ infrastructure: is }) => is)
      .map(({ service }) => service.name);
    expect(infrastructure).toEqual(["federation-egress", "federation-ingress", "istiod-basic", "kubernetes"]);
    expect(ofCode(found.findings, "MF115")).toHaveLength(4);
    expect(found.routes.map(({ host }) => host.split(".")[0])).toEqual(["federation-ingress", "orders", "stock"]);
  });

  test("is not what only bears its name", () => {
    const lookalike = examined(everything()).federation.exports.find(
      ({ service }) => service.namespace === "sales" && service.name === "federation-ingress",
    );
    expect(lookalike?.infrastructure).toBe(false);
  });
});

describe("what istiod knows", () => {
  const wide: Pick<MeshOf, "services"> = {
    services: [
      { namespace: "sales", name: "orders" },
      { namespace: "lab", name: "probe" },
    ],
  };
  const link = { exports: [null, [named("*", "*")]], imports: [[named("*", "*")], null] } as const;
  const names = (inputs: readonly ClusterInput[]): string[] =>
    federation(inputs)
      .exports.filter(({ infrastructure }) => !infrastructure)
      .map(({ service }) => service.name);

  test("MultiTenant: members and its own namespace", () => {
    const inputs = twoMeshes({ west: { ...wide, mode: "MultiTenant" }, link });
    expect(names(inputs)).toEqual(["orders", "probe"]);
    expect(
      names(changed(inputs, "west ServiceMeshMemberRoll istio-system/default", { "/spec/members": ["sales"] })),
    ).toEqual(["orders"]);
    expect(federation(inputs).exports.some(({ service }) => service.name === "federation-ingress")).toBe(true);
  });

  test("ClusterWide: members or not", () => {
    const inputs = twoMeshes({ west: wide, link });
    expect(names(changed(inputs, "west ServiceMeshMemberRoll istio-system/default", { "/spec/members": [] }))).toEqual([
      "orders",
      "probe",
    ]);
  });

  test("ClusterWide with discovery selectors: what one of them selects", () => {
    const meshConfig: JsonObject = {
      discoverySelectors: [
        { matchLabels: { watch: "yes" } },
        { matchExpressions: [{ key: "lab", operator: "Exists" }] },
      ],
    };
    const inputs = twoMeshes({ west: { ...wide, spec: { meshConfig } }, link });
    expect(names(inputs)).toEqual([]);
    expect(names(changed(inputs, "west Namespace sales", { "/metadata/labels": { watch: "yes" } }))).toEqual([
      "orders",
    ]);
    expect(names(changed(inputs, "west Namespace lab", { "/metadata/labels": { lab: "" } }))).toEqual(["probe"]);
  });

  test("ServiceEntries of the mesh with a host without dots, but none of ours", () => {
    const entry = (name: string, spec: JsonObject, labels: JsonObject = {}) =>
      kubeObject("west", "networking.istio.io/v1beta1", "ServiceEntry", "sales", name, {
        metadata: { labels },
        spec: { ports: [{ number: 80, name: "http", protocol: "HTTP" }], location: "MESH_INTERNAL", ...spec },
      });
    const inputs = added(
      twoMeshes({ link }),
      entry("plain", { hosts: ["legacy"] }),
      entry("dotted", { hosts: ["legacy.corp"] }),
      entry("external", { hosts: ["outside"], location: "MESH_EXTERNAL" }),
      entry("ours", { hosts: ["mine"] }, { "app.kubernetes.io/managed-by": "meshferry" }),
    );
    expect(
      federation(inputs)
        .exports.filter(({ service }) => service.kind === "ServiceEntry")
        .map(({ localHost }) => localHost),
    ).toEqual(["legacy"]);
    expect(ofCode(federation(inputs).findings, "MF108").map(({ params }) => params["service"])).toEqual([
      "legacy.corp",
    ]);
  });
});

describe("rules", () => {
  test("that are void are named by their place, and the others go on", () => {
    const rules = [{ type: "Nonsense" }, { type: "NameSelector" }, named("sales", "orders")];
    const found = federation(
      twoMeshes({ link: { exports: [null, rules], imports: [[{ type: "LabelSelector" }, named("*", "*")], null] } }),
    );
    expect(found.exports.map(({ service, rule }) => [service.name, rule])).toEqual([["orders", 2]]);
    expect(ofCode(found.findings, "MF107").map(({ params }) => [params["rule"], params["reason"]])).toEqual([
      [1, 'its type "Nonsense" is unknown'],
      [2, "it has no nameSelector"],
      [1, 'its type "LabelSelector" is unknown'],
    ]);
  });

  test("two services under one exported name collide", () => {
    const rules = [named("sales", "orders", { name: "one" }), named("sales", "stock", { name: "one" })];
    const found = examined(twoMeshes({ link: { exports: [null, rules], imports: [[named("*", "*")], null] } }));
    const [collision] = ofCode(found.findings, "MF110");
    expect(collision?.params["exported"]).toBe(exportedHost("one.sales"));
    expect(collision?.subjects).toHaveLength(2);
    expect(found.routes.map(({ carry }) => carry.mode)).toEqual(["none"]);
  });

  test("an alias that is no host fails without a status saying so", () => {
    const found = federation(twoMeshes({ link: { exports: [null, [named("sales", "orders", { name: "-api" })]] } }));
    expect(found.exports).toEqual([]);
    expect(ofCode(found.findings, "MF108").map(({ params }) => params["name"])).toEqual([exportedHost("-api.sales")]);
  });
});

test("a link works in both directions, each with its own sets", () => {
  const inputs = makeWorld({
    meshes: [
      { key: "east", services: [{ namespace: "shop", name: "cart" }] },
      { key: "west", services: [{ namespace: "sales", name: "orders" }] },
    ],
    links: [
      {
        between: ["east", "west"],
        exports: [[named("*", "cart")], [named("*", "orders")]],
        imports: [[named("*", "*")], [asLocal("shop", "*", { namespace: "from-east" })]],
      },
    ],
  });
  const found = federation(inputs);
  expect(found.exports.map(({ exporter, importer, exportedHost: host }) => [exporter, importer, host])).toEqual([
    ["east/istio-system/basic", "west/istio-system/basic", "cart.shop.svc.west-mesh-exports.local"],
    ["west/istio-system/basic", "east/istio-system/basic", "orders.sales.svc.east-mesh-exports.local"],
  ]);
  expect(found.imports.map(({ importer, host }) => [importer, host])).toEqual([
    ["east/istio-system/basic", "orders.sales.svc.west-mesh-imports.local"],
    ["west/istio-system/basic", "cart.from-east.svc.cluster.local"],
  ]);
  expect(codesOf(found.findings)).toEqual([]);
});

test("nothing passes over a link whose peer is refused, and istiod's reason is told", () => {
  const found = examined(twoMeshes({ link: { peers: ["west-mesh", "east.mesh"] } }));
  expect([found.federation.exports, found.federation.imports, found.routes]).toEqual([[], [], []]);
  const [finding] = ofCode(found.findings, "MF106");
  expect(finding?.params["reason"]).toBe('invalid value for gateway name: "federation-discovery-east.mesh-ingress"');
});
