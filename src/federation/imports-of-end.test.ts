// Under which hosts a mesh imports, which Service an import joins, and how that agrees with the set's status.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Federation } from "./federation.ts";
import { codesOf, examined, ofCode } from "../../test/support/seen.ts";
import { added, asLocal, changed, kubeObject, named, type Rules, twoMeshes } from "../../test/support/world.ts";

const set = "east ImportedServiceSet istio-system/west-mesh";
const offered = (name: string): string => `${name}.sales.svc.east-mesh-exports.local`;

function importing(rules: Rules, change: (inputs: ClusterInput[]) => ClusterInput[] = (inputs) => inputs): Federation {
  return examined(change(twoMeshes({ link: { imports: [rules, null] } }))).federation;
}

function hosts({ imports }: Federation): string[] {
  return imports.map(({ host, homeNamespace }) => `${host} in ${homeNamespace}`);
}

describe("hosts", () => {
  const cases: readonly (readonly [
    name: string,
    rules: Rules,
    hosts: readonly string[],
    unimported: readonly string[],
  ])[] = [
    [
      "the peer's own suffix",
      [named("sales", "orders")],
      ["orders.sales.svc.west-mesh-imports.local in istio-system"],
      ["stock"],
    ],
    [
      "everything",
      [named("*", "")],
      [
        "orders.sales.svc.west-mesh-imports.local in istio-system",
        "stock.sales.svc.west-mesh-imports.local in istio-system",
      ],
      [],
    ],
    [
      "a rule's suffix",
      [{ ...named("", "stock"), domainSuffix: "partner.example" }],
      ["stock.sales.partner.example in istio-system"],
      ["orders"],
    ],
    ["as local", [asLocal("*", "stock", { namespace: "shop" })], ["stock.shop.svc.cluster.local in shop"], ["orders"]],
    [
      "as local under another name",
      [asLocal("*", "stock", { namespace: "shop", name: "goods" })],
      ["goods.shop.svc.cluster.local in shop"],
      ["orders"],
    ],
    [
      "a suffix that merely ends like the cluster's",
      [{ ...named("", "stock"), domainSuffix: "mysvc.cluster.local" }],
      ["stock.sales.mysvc.cluster.local in sales"],
      ["orders"],
    ],
    [
      "the first rule that matches",
      [named("sales", "stock", { name: "first" }), named("sales", "stock"), named("other", "orders")],
      ["first.sales.svc.west-mesh-imports.local in istio-system"],
      ["orders"],
    ],
    ["no rule at all", [], [], ["orders", "stock"]],
  ];
  for (const [name, rules, expected, unimported] of cases) {
    test(name, () => {
      const found = importing(rules);
      expect(hosts(found)).toEqual(expected);
      expect(found.unimported.map(({ exportedHost }) => exportedHost)).toEqual(unimported.map(offered));
      const counted = unimported.length > 0 ? ["MF121"] : [];
      expect(codesOf(found.findings)).toEqual([...(expected[0]?.includes("mysvc") ? ["MF119"] : []), ...counted]);
    });
  }

  test("the set's suffix, and a cluster domain of the importer's own", () => {
    const suffix = importing([named("sales", "orders")], (inputs) =>
      changed(inputs, set, { "/spec/domainSuffix": "all.example" }),
    );
    expect(hosts(suffix)).toEqual(["orders.sales.all.example in istio-system"]);
    const inputs = twoMeshes({
      east: { clusterDomain: "corp.internal" },
      link: { imports: [[asLocal("", "stock", { namespace: "shop" })], null] },
    });
    expect(hosts(examined(inputs).federation)).toEqual(["stock.shop.svc.corp.internal in shop"]);
  });

  const voided: readonly (readonly [string, JsonObject, string])[] = [
    [
      "importAsLocal without a namespace",
      { ...named("*", "stock"), importAsLocal: true },
      "importAsLocal needs a fixed alias.namespace",
    ],
    [
      "importAsLocal into any namespace",
      asLocal("*", "stock", { namespace: "*" }),
      "importAsLocal needs a fixed alias.namespace",
    ],
    [
      "the cluster's own suffix",
      { ...named("*", "stock"), domainSuffix: "svc.cluster.local" },
      "the suffix svc.cluster.local is the cluster's own",
    ],
  ];
  for (const [name, rule, reason] of voided) {
    test(`${name}: the rule is void`, () => {
      const found = importing([rule]);
      expect(found.imports).toEqual([]);
      expect(ofCode(found.findings, "MF107").map(({ params }) => params["reason"])).toEqual([reason]);
    });
  }

  test("an alias that is no host fails, and says so", () => {
    const found = importing([named("*", "stock", { name: "-x" })]);
    expect(ofCode(found.findings, "MF109").map(({ params }) => params["exported"])).toEqual([offered("stock")]);
    expect(found.imports).toEqual([]);
  });
});

describe("a local Service of the import's name", () => {
  const local = (namespace: string) => (inputs: ClusterInput[]) =>
    added(
      inputs,
      kubeObject("east", "v1", "Service", namespace, "stock", {
        spec: { ports: [{ port: 8080, name: "http" }], selector: { app: "stock" } },
      }),
    );
  const rules = [asLocal("*", "stock", { namespace: "shop" })];

  test("is joined", () => {
    expect(importing(rules, local("shop")).imports[0]?.joins).toMatchObject({
      cluster: "east",
      namespace: "shop",
      name: "stock",
    });
  });
  test("is not joined in another namespace, nor where the import is not local", () => {
    expect(importing(rules, local("till")).imports[0]?.joins).toBeNull();
    expect(importing([named("*", "stock", { namespace: "shop" })], local("shop")).imports[0]?.joins).toBeNull();
    expect(importing(rules).imports[0]?.joins).toBeNull();
  });
});

describe("the set's status", () => {
  const row = (name: string, hostname: string): Json => ({ exportedName: offered(name), localService: { hostname } });
  const orders = row("orders", "orders.sales.svc.west-mesh-imports.local");
  const cases: readonly (readonly [
    string,
    readonly Json[],
    readonly string[],
    readonly (readonly [string, string])[],
  ])[] = [
    ["agrees, with an empty row for what no rule takes", [orders, row("stock", "")], ["agrees"], []],
    ["agrees without that row", [orders], ["agrees"], []],
    [
      "lists an empty local service for an import",
      [row("orders", ""), row("stock", "")],
      ["differs"],
      [[offered("orders"), "not imported"]],
    ],
    [
      "has another host",
      [row("orders", "other.example")],
      ["differs"],
      [[offered("orders"), "imported as other.example"]],
    ],
    [
      "has an import that no rule takes",
      [orders, row("stock", "old.example")],
      ["agrees"],
      [[offered("stock"), "imported as old.example"]],
    ],
    [
      "has one that is not offered",
      [orders, row("gone", "gone.example")],
      ["agrees"],
      [[offered("gone"), "imported as gone.example"]],
    ],
  ];
  for (const [name, importedServices, agreement, differs] of cases) {
    test(name, () => {
      const found = importing([named("sales", "orders")], (inputs) =>
        changed(inputs, set, { "/status": { importedServices } }),
      );
      expect(found.imports.map(({ status }) => status)).toEqual(agreement);
      expect(ofCode(found.findings, "MF114").map(({ params }) => [params["exported"], params["reported"]])).toEqual(
        differs,
      );
    });
  }
});

test("the set's locality is that of every import, and an invalid one of none", () => {
  const locality = (value: JsonObject) =>
    importing([named("*", "*")], (inputs) => changed(inputs, set, { "/spec/locality": value })).imports.map(
      (each) => each.locality,
    );
  expect(locality({ region: "r", zone: "z", subzone: "s" })).toEqual(["r/z/s", "r/z/s"]);
  expect(locality({ region: "r" })).toEqual(["r//", "r//"]);
  expect(locality({ zone: "z" })).toEqual([null, null]);
});

test("without a set nothing is imported, and everything offered is listed as such", () => {
  const found = examined(changed(twoMeshes(), set, undefined)).federation;
  expect([found.imports.length, found.unimported.length, found.exports.length]).toEqual([0, 2, 2]);
});
