import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exportedServiceSet } from "../../inventory/kinds/exported-service-set.ts";
import { service as serviceKind } from "../../inventory/kinds/service.ts";
import { decideExports, type ExportDecision, type ExportInput } from "./export-decision.ts";
import { federatedInRegistry, type RegistryService, serviceInRegistry } from "./registry-service.ts";

type Loose = Readonly<Record<string, unknown>>;

function service(name: string, namespace: string, more: { labels?: Loose; exportTo?: string; spec?: Loose } = {}) {
  const annotations = more.exportTo === undefined ? {} : { "networking.istio.io/exportTo": more.exportTo };
  return serviceInRegistry(
    serviceKind.parse({ metadata: { name, namespace, labels: more.labels, annotations }, spec: more.spec }),
  );
}

function input(rules: readonly Loose[], services: readonly RegistryService[], peerName = "west"): ExportInput {
  const set = exportedServiceSet.parse({
    metadata: { name: peerName, namespace: "mesh" },
    spec: { exportRules: rules },
  });
  return { peerName, meshNamespace: "mesh", ingressName: "ingress", set, services };
}

function decide(rules: readonly Loose[], one: RegistryService): ExportDecision {
  const [decision] = decideExports(input(rules, [one])).decisions;
  if (decision === undefined) throw new Error("no decision");
  return decision;
}

const byName = (nameSelector: Loose) => ({ type: "NameSelector", nameSelector });
const byLabel = (labelSelector: Loose) => ({ type: "LabelSelector", labelSelector });
const everything = byName({});

describe("which rule decides", () => {
  test("the first that matches", () => {
    const rules = [
      byName({ name: "other" }),
      byName({ name: "a", alias: { name: "one" } }),
      byName({ alias: { name: "two" } }),
    ];
    expect(decide(rules, service("a", "n"))).toMatchObject({ rule: 1, exportedName: { name: "one", namespace: "n" } });
    expect(decide(rules, service("b", "n"))).toMatchObject({ rule: 2, exportedName: { name: "two" } });
  });

  test.each([
    ["an unknown type", { type: "nameSelector", nameSelector: {} }, { why: "unknown-type", type: "nameSelector" }],
    ["no type", { nameSelector: {} }, { why: "unknown-type", type: "" }],
    ["no name selector", { type: "NameSelector", labelSelector: {} }, { why: "missing-name-selector" }],
    ["no label selector", { type: "LabelSelector", nameSelector: {} }, { why: "missing-label-selector" }],
    [
      "an invalid selector",
      byLabel({ selector: { matchExpressions: [{ key: "a", operator: "exists" }] } }),
      { why: "invalid-label-selector", problem: '"exists" is not an operator' },
    ],
  ])("a rule with %s is skipped, and the next one counts", (_what, rule, why) => {
    const result = decideExports(input([rule, everything], [service("a", "n")]));
    expect(result.voided).toEqual([{ index: 0, void: why }]);
    expect(result.decisions[0]).toMatchObject({ rule: 1, exported: true });
  });

  test.each([
    ["without a selector", {}],
    ["with an empty selector", { selector: {} }],
  ])("a label rule %s matches everything", (_what, fields) => {
    expect(decide([byLabel(fields)], service("a", "n")).exported).toBe(true);
  });

  test("a label rule asks for namespace and labels both", () => {
    const rule = byLabel({ namespace: "n", selector: { matchLabels: { app: "x" } } });
    expect(decide([rule], service("a", "n", { labels: { app: "x" } })).exported).toBe(true);
    expect(decide([rule], service("a", "m", { labels: { app: "x" } })).exported).toBe(false);
    expect(decide([rule], service("a", "n", { labels: { app: "y" } })).exported).toBe(false);
  });

  test("a label rule takes the first alias that fits, else the original name", () => {
    const aliases = [
      { name: "b", alias: { name: "one" } },
      { name: "a", alias: { name: "two" } },
      { name: "a", alias: { name: "three" } },
    ];
    expect(decide([byLabel({ aliases })], service("a", "n")).exportedName?.name).toBe("two");
    expect(decide([byLabel({ aliases })], service("c", "n")).exportedName?.name).toBe("c");
  });

  test.each(["", "*"])("an alias half %j keeps the original half", (half) => {
    const rule = byName({ alias: { namespace: "other", name: half } });
    expect(decide([rule], service("a", "n")).exportedName).toEqual({
      name: "a",
      namespace: "other",
      hostname: "a.other.svc.west-exports.local",
    });
  });
});

describe("what is never exported", () => {
  test("an imported service", () => {
    const imported = federatedInRegistry({
      hostname: "a.n.svc.east-imports.local",
      name: "a",
      namespace: "n",
      ports: [],
    });
    expect(decide([everything], imported)).toMatchObject({ ruleName: null, notExported: { why: "already-imported" } });
  });

  test("an ExternalName with a target, but not one without", () => {
    const external = (externalName: string) => service("a", "n", { spec: { type: "ExternalName", externalName } });
    expect(decide([everything], external("example.com")).notExported).toEqual({ why: "mesh-external" });
    expect(decide([everything], external("")).exported).toBe(true);
  });

  test("anything by the set of another peer or namespace", () => {
    const right = input([everything], [service("a", "n")]);
    expect(decideExports(right).decisions[0]?.exported).toBe(true);
    for (const other of [{ peerName: "east" }, { meshNamespace: "elsewhere" }, { set: null }]) {
      expect(decideExports({ ...right, ...other }).decisions[0]?.notExported).toEqual({ why: "no-rule" });
    }
  });
});

describe("exportTo", () => {
  test.each(["~", "bookinfo", ".", "bookinfo, mesh"])(
    "%j hides a service from a full resync, not from events",
    (to) => {
      expect(decide([everything], service("a", "n", { exportTo: to }))).toMatchObject({
        exported: false,
        exportedOnEvent: true,
        exportedName: { hostname: "a.n.svc.west-exports.local" },
        failed: false,
        notExported: { why: "hidden-by-export-to" },
      });
    },
  );

  test.each(["*", "~,*", "mesh", "bookinfo,mesh", ""])("%j does not", (to) => {
    expect(decide([everything], service("a", "n", { exportTo: to })).exported).toBe(true);
  });

  test("`.` counts in the peer's namespace", () => {
    expect(decide([everything], service("a", "mesh", { exportTo: "." })).exported).toBe(true);
  });
});

test("the federation ingress is exported by a full resync only", () => {
  const ingress = service("ingress", "mesh");
  expect(decide([everything], ingress)).toMatchObject({ exported: true, exportedOnEvent: false });
});

test("a name that is no DNS label fails here, a name of two labels does not", () => {
  const aliased = (name: string) => decide([byName({ alias: { name } })], service("a", "n"));
  expect(aliased("-dash")).toMatchObject({
    exported: false,
    exportedOnEvent: false,
    exportedName: null,
    ruleName: { hostname: "-dash.n.svc.west-exports.local" },
    failed: true,
    notExported: { why: "invalid-name", refused: "host" },
  });
  expect(aliased("v1.api")).toMatchObject({ exported: true, failed: false });
});

test("a refused peer exports nothing, though its rules match", () => {
  const result = decideExports(input([everything], [service("a", "n")], "west.mesh"));
  expect(result.peerRejected).toContain("federation-discovery-west.mesh-ingress");
  expect(result.decisions[0]).toMatchObject({
    exported: false,
    exportedOnEvent: false,
    exportedName: null,
    ruleName: { name: "a" },
    failed: false,
    notExported: { why: "peer-rejected" },
  });
});

describe("for any rules and services", () => {
  const half = fc.constantFrom("", "*", "a", "b", "c");
  const names = fc.record({ name: half, namespace: half });
  const rule = fc.oneof(
    names.map((selector) => byName(selector)),
    fc.record({ selector: names, alias: names }).map(({ selector, alias }) => byName({ ...selector, alias })),
    fc
      .record({ namespace: half, app: fc.constantFrom("x", "y") })
      .map(({ namespace, app }) => byLabel({ namespace, selector: { matchLabels: { app } } })),
  );
  const word = fc.constantFrom("a", "b", "c", "d");
  const services = fc.uniqueArray(
    fc
      .record({
        name: word,
        namespace: word,
        app: fc.constantFrom("x", "y", "z"),
        exportTo: fc.constantFrom("", "~", "mesh"),
      })
      .map(({ name, namespace, app, exportTo }) => service(name, namespace, { labels: { app }, exportTo })),
    { selector: ({ hostname }) => hostname, maxLength: 8 },
  );
  const byHost = (decisions: readonly ExportDecision[]) =>
    new Map(decisions.map((decision) => [decision.service.hostname, decision]));

  test("a service's decision depends neither on the order nor on the presence of others", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), services, (rules, all) => {
        const together = byHost(decideExports(input(rules, all)).decisions);
        const reversed = byHost(decideExports(input(rules, all.toReversed())).decisions);
        expect(reversed).toEqual(together);
        for (const one of all) expect(decide(rules, one)).toEqual(together.get(one.hostname));
      }),
    );
  });

  test("the deciding rule is the first that decides when alone", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), services, (rules, all) => {
        for (const { service: one, rule: decided } of decideExports(input(rules, all)).decisions) {
          const alone = rules.findIndex((each) => decide([each], one).rule === 0);
          expect(decided).toBe(alone === -1 ? null : alone);
        }
      }),
    );
  });
});

test("ten thousand services and a thousand rules are decided within a second", () => {
  const rules = Array.from({ length: 1000 }, (_each, index) => byName({ name: `s${index}`, namespace: "n" }));
  const services = Array.from({ length: 10_000 }, (_each, index) => service(`s${index % 2000}`, "n"));
  const before = performance.now();
  const { decisions } = decideExports(input(rules, services));
  expect(performance.now() - before).toBeLessThan(1000);
  expect(decisions.filter(({ exported }) => exported)).toHaveLength(5000);
});
