// Where AuthorizationPolicies mean something else than they seem to say. Facts: Istio 1.20, pilot/pkg/security.
import { describe, expect, test } from "vitest";
import { clusterInput, kubeObject, twoMeshes } from "../../test/support/world.ts";
import { examined } from "../../test/support/seen.ts";
import type { Json } from "../core/json.ts";
import { readCluster } from "../inventory/cluster.ts";
import { authorizationPolicy } from "../inventory/kinds/authorization-policy.ts";
import { type Access, accessOf, compareAccess } from "./decide-access.ts";
import { type Caller, takenBy } from "./match-source.ts";
import { policiesOf } from "./policies-of.ts";

const caller: Caller = { trustDomain: "east.example", namespace: "shop", account: "web" };
const spec = (value: Json) => authorizationPolicy.parse({ metadata: {}, spec: value }).spec;
const takes = (value: Json, domains: readonly string[]) => {
  const [rule] = spec({ rules: [value] }).rules;
  if (!rule) throw new Error("no rule");
  const taken = takenBy(rule, caller, domains);
  return taken.takes === "requests" ? taken.rest || "every request" : taken.takes;
};

describe("principals of five parts stand for the same in every alias", () => {
  const cases: readonly (readonly [principal: string, domains: readonly string[], fits: boolean])[] = [
    ["west.example/ns/shop/sa/web", ["west.example", "east.example"], true],
    ["west.example/ns/shop/sa/web", ["west.example"], false],
    // The parts may hold wildcards: what counts is that there are five.
    ["west.example/ns/shop/sa/*", ["west.example", "east.example"], true],
    ["west.example/ns/shop/sa/a*", ["west.example", "east.example"], false],
    ["west.example/*", ["west.example", "east.example"], false],
    ["west.example/ns/shop/*", ["west.example", "east.example"], false],
    // "cluster.local" points to the mesh's own domain and its aliases, whatever they are.
    ["cluster.local/ns/shop/sa/web", ["west.example", "east.example"], true],
    ["cluster.local/ns/shop/sa/web", ["west.example"], false],
    ["cluster.local/*", ["west.example", "east.example"], false],
    // A domain that is none of the mesh's is left as it is, and still is a name.
    ["east.example/ns/shop/sa/web", ["west.example"], true],
    ["north.example/ns/shop/sa/web", ["west.example", "east.example"], false],
    ["*/ns/shop/sa/web", ["west.example"], true],
    ["*example/ns/shop/sa/web", ["west.example"], true],
    ["*west.example/ns/shop/sa/web", ["west.example", "east.example"], true],
    ["spiffe://east.example/ns/shop/sa/web", ["west.example"], false],
    ["shop/sa/web", ["west.example"], false],
  ];
  test.each(cases)("%s with %j: %s", (principal, domains, fits) => {
    expect(takes({ from: [{ source: { principals: [principal] } }] }, domains)).toBe(fits ? "every request" : "no");
    expect(takes({ from: [{ source: { notPrincipals: [principal] } }] }, domains)).toBe(fits ? "no" : "every request");
    expect(takes({ when: [{ key: "source.principal", values: [principal] }] }, domains)).toBe(
      fits ? "every request" : "no",
    );
  });
});

describe("namespaces are looked for in the whole identity", () => {
  test.each<[string, boolean]>([
    ["shop", true],
    ["sho", false],
    ["hop", false],
    ["sh*", true],
    ["*op", true],
    ["s*p", true],
    ["*", true],
    ["till*", false],
    // What follows the star may lie behind the namespace.
    ["*sa", true],
    ["*web", false],
    ["shop/sa", true],
  ])("%s: %s", (pattern, fits) => {
    expect(takes({ from: [{ source: { namespaces: [pattern] } }] }, ["west.example"])).toBe(
      fits ? "every request" : "no",
    );
    expect(takes({ from: [{ source: { notNamespaces: [pattern] } }] }, ["west.example"])).toBe(
      fits ? "no" : "every request",
    );
  });
});

test.each([
  "connection.sni",
  "remote.ip",
  "request.headers[x-forwarded-client-cert]",
  "request.headers[x-forwarded-for]",
])("%s changes with the path, so nothing can be said", (key) => {
  expect(takes({ when: [{ key, values: ["x"] }] }, ["west.example"])).toBe("unknown");
});

test.each(["destination.port", "request.auth.claims[iss]", "request.headers[host]"])("%s stays what it is", (key) => {
  expect(takes({ when: [{ key, values: ["x"] }] }, ["west.example"])).toContain(key);
});

describe("which of two answers counts", () => {
  const gateway: Caller = { trustDomain: "west.example", namespace: "istio-system", account: "ingress" };
  const exact = "west.example/ns/istio-system/sa/ingress";
  const byPrincipal = (...principals: readonly string[]): Json => ({ from: [{ source: { principals } }] });
  const byAddress: Json = { from: [{ source: { ipBlocks: ["10.0.0.1"] } }] };
  const both = (...policies: readonly Json[]): readonly [Access, Access] => {
    const specs = policies.map(spec);
    return [accessOf(specs, gateway, ["west.example"]), accessOf(specs, caller, ["west.example", "east.example"])];
  };
  test.each<[string, readonly Json[], { lost?: string[]; gained?: string[]; unknown?: string[] }]>([
    [
      "what an ALLOW policy would open stays closed by a DENY for all but the gateway",
      [
        { rules: [byPrincipal("east.example/*")] },
        { action: "DENY", rules: [{ from: [{ source: { notPrincipals: [exact] } }] }] },
      ],
      {},
    ],
    ["an address in a rule beside one that allows everything", [{ rules: [byAddress, {}] }], {}],
    ["an address in a DENY beside one that denies everything", [{ action: "DENY", rules: [byAddress, {}] }], {}],
    [
      "an address in an ALLOW where everything is denied",
      [{ rules: [byAddress] }, { action: "DENY", rules: [{}] }],
      {},
    ],
    [
      "an address in a DENY, though everything is allowed",
      [{ rules: [{}] }, { action: "DENY", rules: [byAddress] }],
      { unknown: ["addresses 10.0.0.1"] },
    ],
    ["rules that are empty match nothing, and an ALLOW without any still closes", [{ rules: [] }], {}],
    ["a rule that is empty matches everything, in a DENY too", [{ action: "DENY", rules: [{}] }], {}],
    [
      "the denied part of what is allowed was never open",
      [
        { rules: [{ to: [{ operation: { methods: ["GET"] } }], ...(byPrincipal(exact) as object) }] },
        { action: "DENY", rules: [{ to: [{ operation: { methods: ["GET"] } }] }] },
      ],
      {},
    ],
  ])("%s", (_name, policies, { lost = [], gained = [], unknown = [] }) => {
    const change = compareAccess(...both(...policies));
    expect({ lost: change.lost, gained: change.gained, unknown: change.unknown }).toEqual({ lost, gained, unknown });
  });
});

describe("which policies act at all", () => {
  const policy = (namespace: string, annotations: Readonly<Record<string, string>>, matchLabels?: Json) =>
    kubeObject("c", "security.istio.io/v1beta1", "AuthorizationPolicy", namespace, "p", {
      metadata: { annotations },
      spec: matchLabels ? { selector: { matchLabels } } : {},
    });
  const acting = (object: ReturnType<typeof policy>): number => {
    const [mesh] = examined(twoMeshes()).inventory.meshes;
    if (!mesh) throw new Error("no mesh");
    return policiesOf(readCluster(clusterInput("c", [object])).value, mesh, "sales", [{ labels: { app: "orders" } }])
      .length;
  };
  test("those that are only logged do not", () => {
    expect(["true", "1", "T"].map((value) => acting(policy("sales", { "istio.io/dry-run": value })))).toEqual([
      0, 0, 0,
    ]);
    expect(["false", "yes"].map((value) => acting(policy("sales", { "istio.io/dry-run": value })))).toEqual([1, 1]);
  });
  test("those of the namespace and of the root namespace do, where their selector fits", () => {
    expect(["sales", "istio-system", "other"].map((namespace) => acting(policy(namespace, {})))).toEqual([1, 1, 0]);
    expect(acting(policy("istio-system", {}, { app: "orders" }))).toBe(1);
    expect(acting(policy("istio-system", {}, { app: "stock" }))).toBe(0);
  });
});
