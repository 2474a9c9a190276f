// The DestinationRules that the plan makes: whole objects, and where none is made.
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../core/json.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";
import { planOf, stepsOf } from "../../test/support/example.ts";
import { examined } from "../../test/support/seen.ts";
import { added, asLocal, kubeObject, named, twoMeshes } from "../../test/support/world.ts";
import type { Role } from "./desired-object.ts";

const stock = "stock.sales.svc.cluster.local";
const rule = (cluster: string, namespace: string, name: string, spec: JsonObject) =>
  kubeObject(cluster, "networking.istio.io/v1beta1", "DestinationRule", namespace, name, { spec });
const labels = { "app.kubernetes.io/managed-by": "meshferry" };
type Rules = readonly ReturnType<typeof rule>[];

function made(role: Role, rules: Rules, inputs = twoMeshes()): Json[] {
  const { target } = examined(added(inputs, ...rules));
  return target.objects.filter((object) => object.role === role).map(({ template }) => template);
}

describe("a rule that clients would lose", () => {
  const trafficPolicy = { outlierDetection: { consecutive5xxErrors: 3 } };
  const copy = (spec: JsonObject) => ({
    apiVersion: "networking.istio.io/v1beta1",
    kind: "DestinationRule",
    metadata: {
      name: stock,
      namespace: "meshferry-imports",
      labels,
      annotations: { "meshferry.dev/route": `east/istio-system/basic|${stock}` },
    },
    spec,
  });

  test("is copied beside the entry, for its host in full", () => {
    const copies = made("import-rule", [rule("east", "sales", "theirs", { host: "stock", trafficPolicy })]);
    expect(copies).toEqual([copy({ host: stock, trafficPolicy })]);
    expect(copies.flatMap(validateObject)).toEqual([]);
  });
  test("stays shown to whom it was shown, without its own namespace", () => {
    const shown = { host: stock, exportTo: [".", "till", "shop"], trafficPolicy };
    expect(made("import-rule", [rule("east", "sales", "theirs", shown)])).toEqual([
      copy({ host: stock, exportTo: ["shop", "till"], trafficPolicy }),
    ]);
    expect(made("import-rule", [rule("east", "sales", "theirs", { ...shown, exportTo: ["*"] })])).toEqual([
      copy({ host: stock, trafficPolicy }),
    ]);
  });
  test("is the most specific one", () => {
    const rules = [
      rule("east", "sales", "a", { host: "*.cluster.local" }),
      rule("east", "sales", "b", { host: "*.sales.svc.cluster.local", trafficPolicy }),
    ];
    expect(made("import-rule", rules)).toEqual([copy({ host: stock, trafficPolicy })]);
    expect(made("import-rule", [...rules, rule("east", "sales", "c", { host: "stock" })])).toEqual([
      copy({ host: stock }),
    ]);
  });
  test.each<[string, Rules]>([
    [
      "one of two for one host",
      [rule("east", "sales", "a", { host: stock }), rule("east", "sales", "b", { host: stock })],
    ],
    ["one in the root namespace", [rule("east", "istio-system", "a", { host: stock })]],
    [
      "one with TLS settings",
      [rule("east", "sales", "a", { host: stock, trafficPolicy: { tls: { mode: "SIMPLE" } } })],
    ],
    [
      "one beside the entry",
      [rule("east", "sales", "a", { host: stock }), rule("east", "meshferry-imports", "b", { host: stock })],
    ],
    ["one for another host", [rule("east", "sales", "a", { host: "orders" })]],
  ])("is not copied: %s", (_name, rules) => {
    expect(made("import-rule", rules)).toEqual([]);
  });
  test("comes before its entry, and is named in the plan's basis", () => {
    const plan = planOf(added(twoMeshes(), rule("east", "sales", "theirs", { host: "stock" })));
    const steps = stepsOf(plan);
    const copied = steps.find(({ action }) => action.do === "apply" && action.ref.kind === "DestinationRule");
    const entry = steps.find(
      ({ action }) => action.do === "apply" && action.ref.kind === "ServiceEntry" && action.ref.name === stock,
    );
    expect(copied?.id).toBeDefined();
    expect(entry?.after).toContain(copied?.id);
    expect(plan.basis.filter(({ ref }) => ref.kind === "DestinationRule").map(({ ref }) => ref.name)).toEqual([
      "theirs",
    ]);
  });
});

describe("subsets without labels", () => {
  const gatewayRule = (spec: JsonObject, host = stock) => ({
    apiVersion: "networking.istio.io/v1beta1",
    kind: "DestinationRule",
    metadata: { name: host, namespace: "istio-ingress", labels },
    spec: { host, exportTo: ["."], ...spec },
  });
  const subsets = (...names: string[]): JsonObject => ({ subsets: names.map((name) => ({ name })) });

  test("are named at the exporter's gateway, those of all importers' rules", () => {
    const rules = [
      rule("east", "shop", "a", { host: stock, ...subsets("quick", "slow") }),
      rule("east", "till", "b", { host: stock, ...subsets("late", "quick") }),
    ];
    const of = made("export-rule", rules);
    expect(of).toEqual([gatewayRule(subsets("late", "quick", "slow"))]);
    expect(of.flatMap(validateObject)).toEqual([]);
  });
  test("keep what the exporter's own rule asks of the gateway", () => {
    const inputs = twoMeshes({
      link: {
        exports: [null, [named("sales", "stock")]],
        imports: [[asLocal("sales", "stock", { namespace: "sales" })], null],
      },
    });
    const trafficPolicy = { connectionPool: { tcp: { maxConnections: 5 } } };
    const rules = [
      rule("east", "shop", "a", { host: stock, ...subsets("quick") }),
      rule("west", "sales", "own", { host: "stock", trafficPolicy, subsets: [{ name: "v1", labels: { v: "1" } }] }),
    ];
    expect(made("export-rule", rules, inputs)).toEqual([gatewayRule({ ...subsets("quick"), trafficPolicy })]);
  });
  test("are not named for subsets by labels, nor without subsets", () => {
    expect(made("export-rule", [rule("east", "shop", "a", { host: stock })])).toEqual([]);
    expect(
      made("export-rule", [
        rule("east", "shop", "a", { host: stock, subsets: [{ name: "v1", labels: { version: "v1" } }] }),
      ]),
    ).toEqual([]);
  });
});
