import { describe, expect, test } from "vitest";
import { importedServiceSet } from "../../inventory/kinds/imported-service-set.ts";
import { decideImports, type ImportDecision, type ImportDecisions } from "./import-decision.ts";
import { mappedName } from "./name-mapping.ts";

type Loose = Readonly<Record<string, unknown>>;

interface SetFields {
  readonly domainSuffix?: string;
  readonly locality?: Loose;
  readonly peerName?: string;
  readonly clusterDomain?: string;
}

function imports(rules: readonly Loose[], fields: SetFields = {}, name = "a", namespace = "n"): ImportDecisions {
  const { peerName = "east", clusterDomain, ...spec } = fields;
  return decideImports({
    peerName,
    meshNamespace: "mesh",
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
    set: importedServiceSet.parse({
      metadata: { name: peerName, namespace: "mesh" },
      spec: { ...spec, importRules: rules },
    }),
    offers: [{ name: mappedName(name, namespace, "svc.west-exports.local") }],
  });
}

function decide(rules: readonly Loose[], fields: SetFields = {}, name = "a", namespace = "n"): ImportDecision {
  const [decision] = imports(rules, fields, name, namespace).decisions;
  if (decision === undefined) throw new Error("no decision");
  return decision;
}

const rule = (nameSelector: Loose, more: Loose = {}) => ({ type: "NameSelector", nameSelector, ...more });
const intoNamespace = (namespace: string, more: Loose = {}) => rule({ alias: { namespace } }, more);

describe("which rule decides", () => {
  test("the first that matches the exported name", () => {
    const rules = [rule({ name: "b" }), rule({ name: "a", namespace: "n", alias: { name: "x" } }), rule({})];
    expect(decide(rules)).toMatchObject({ rule: 1, local: { hostname: "x.n.svc.east-imports.local" } });
  });

  test("none: not imported", () => {
    expect(decide([rule({ name: "b" })])).toMatchObject({
      imported: false,
      rule: null,
      failed: false,
      notImported: { why: "no-rule" },
    });
  });

  test.each([
    ["an unknown type", { type: "LabelSelector", nameSelector: {} }, { why: "unknown-type", type: "LabelSelector" }],
    ["no selector", { type: "NameSelector" }, { why: "missing-name-selector" }],
    ["importAsLocal without an alias", rule({}, { importAsLocal: true }), { why: "local-without-fixed-namespace" }],
    ["importAsLocal into `*`", intoNamespace("*", { importAsLocal: true }), { why: "local-without-fixed-namespace" }],
    [
      "importAsLocal into no namespace",
      intoNamespace("", { importAsLocal: true }),
      { why: "local-without-fixed-namespace" },
    ],
    [
      "the cluster's own suffix",
      rule({}, { domainSuffix: "svc.cluster.local" }),
      { why: "suffix-is-the-clusters", suffix: "svc.cluster.local" },
    ],
  ])("a rule with %s is skipped, and the next one counts", (_what, bad, why) => {
    const result = imports([bad, rule({})]);
    expect(result.voided).toEqual([{ index: 0, void: why }]);
    expect(result.decisions[0]).toMatchObject({ rule: 1, imported: true });
  });
});

describe("the host", () => {
  test("takes the rule's suffix, else the set's, else the peer's", () => {
    const own = rule({}, { domainSuffix: "global" });
    expect(decide([own], { domainSuffix: "mesh.example" }).local?.hostname).toBe("a.n.global");
    expect(decide([rule({})], { domainSuffix: "mesh.example" }).local?.hostname).toBe("a.n.mesh.example");
    expect(decide([rule({})]).local?.hostname).toBe("a.n.svc.east-imports.local");
  });

  test("outside the cluster's suffix belongs to the control plane's namespace", () => {
    expect(decide([intoNamespace("x")])).toMatchObject({ asLocal: false, homeNamespace: "mesh" });
  });

  test("as local is the cluster's own, whatever suffix the rule names", () => {
    expect(decide([intoNamespace("x", { importAsLocal: true, domainSuffix: "svc.cluster.local" })])).toMatchObject({
      local: { hostname: "a.x.svc.cluster.local" },
      asLocal: true,
      homeNamespace: "x",
    });
  });

  test("the set's exact cluster suffix voids the rules without a suffix of their own", () => {
    const result = imports([rule({}), rule({}, { domainSuffix: "global" })], { domainSuffix: "svc.cluster.local" });
    expect(result.voided.map(({ index }) => index)).toEqual([0]);
    expect(result.decisions[0]?.local?.hostname).toBe("a.n.global");
  });

  test.each(["my.svc.cluster.local", "mysvc.cluster.local"])(
    "that merely ends in it (%s) counts as local",
    (domainSuffix) => {
      expect(decide([intoNamespace("x", { domainSuffix })])).toMatchObject({
        local: { hostname: `a.x.${domainSuffix}` },
        asLocal: true,
        homeNamespace: "x",
      });
    },
  );

  test("counts as local by its text alone: the suffix cluster.local and a namespace called svc", () => {
    expect(decide([intoNamespace("svc", { domainSuffix: "cluster.local" })])).toMatchObject({
      asLocal: true,
      homeNamespace: "svc",
    });
    expect(decide([intoNamespace("x", { domainSuffix: "cluster.local" })]).asLocal).toBe(false);
  });

  test.each(["SVC.cluster.local", "svc.cluster.local."])("is not local with %s", (domainSuffix) => {
    expect(decide([rule({}, { domainSuffix })])).toMatchObject({ imported: true, asLocal: false });
  });

  test("follows the importer's cluster domain", () => {
    const elsewhere = { clusterDomain: "corp.internal" };
    expect(decide([intoNamespace("x", { importAsLocal: true })], elsewhere).local?.hostname).toBe(
      "a.x.svc.corp.internal",
    );
    expect(decide([rule({}, { domainSuffix: "svc.cluster.local" })], elsewhere)).toMatchObject({ asLocal: false });
  });
});

test("an exported name of two labels fails here, at the generated resource's name", () => {
  expect(decide([rule({})], {}, "v1.api", "n")).toMatchObject({
    imported: false,
    local: null,
    homeNamespace: null,
    ruleName: { hostname: "v1.api.n.svc.east-imports.local" },
    failed: true,
    notImported: { why: "invalid-name", refused: "resource-name" },
  });
});

test("a refused peer imports nothing", () => {
  const result = imports([rule({})], { peerName: "west.mesh" });
  expect(result.peerRejected).not.toBeNull();
  expect(result.decisions[0]).toMatchObject({ imported: false, failed: false, notImported: { why: "peer-rejected" } });
});

test("an invalid locality is dropped as a whole", () => {
  expect(imports([], { locality: { region: "r", zone: "z" } }).locality).toEqual({
    region: "r",
    zone: "z",
    subzone: "",
  });
  expect(imports([], { locality: { region: "r", subzone: "s" } }).locality).toBeNull();
});
