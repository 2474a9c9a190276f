// What rules ask of a caller, field by field, and what a set of policies lets it do before and after.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { authorizationPolicy } from "../inventory/kinds/authorization-policy.ts";
import { accessOf, compareAccess } from "./decide-access.ts";
import { type Caller, takenBy } from "./match-source.ts";

const caller: Caller = { trustDomain: "east", namespace: "shop", account: "web" };
const spec = (value: Json) => authorizationPolicy.parse({ metadata: {}, spec: value }).spec;
const rule = (value: Json) => {
  const [first] = spec({ rules: [value] }).rules;
  if (!first) throw new Error("no rule");
  return first;
};
const takes = (value: Json, domains: readonly string[] = ["west"]) => {
  const taken = takenBy(rule(value), caller, domains);
  return taken.takes === "requests" ? taken.rest || "every request" : taken.takes;
};
const source = (value: Json): Json => ({ from: [{ source: value }] });

describe("a source", () => {
  const cases: readonly (readonly [name: string, source: Json, taken: string])[] = [
    ["nothing asked", {}, "every request"],
    ["its principal", { principals: ["east/ns/shop/sa/web"] }, "every request"],
    ["another principal", { principals: ["east/ns/shop/sa/api"] }, "no"],
    ["the same account of another domain", { principals: ["west/ns/shop/sa/web"] }, "no"],
    ["any principal", { principals: ["*"] }, "every request"],
    ["a prefix", { principals: ["east/*"] }, "every request"],
    ["a prefix of another domain", { principals: ["eastern/*"] }, "no"],
    ["a suffix", { principals: ["*/sa/web"] }, "every request"],
    ["one of several", { principals: ["west/*", "east/*"] }, "every request"],
    ["not its principal", { notPrincipals: ["east/*"] }, "no"],
    ["not another principal", { notPrincipals: ["west/*"] }, "every request"],
    ["its namespace, of whatever domain", { namespaces: ["shop"] }, "every request"],
    ["another namespace", { namespaces: ["till"] }, "no"],
    ["not its namespace", { notNamespaces: ["sh*"] }, "no"],
    ["both", { principals: ["east/*"], namespaces: ["till"] }, "no"],
    ["an address", { ipBlocks: ["10.0.0.0/8"] }, "unknown"],
    ["no such address", { notRemoteIpBlocks: ["10.0.0.0/8"] }, "unknown"],
    ["an address, but another principal", { principals: ["west/*"], ipBlocks: ["10.0.0.0/8"] }, "no"],
    [
      "a token",
      { requestPrincipals: ["issuer/*"] },
      'token {"notRequestPrincipals":[],"requestPrincipals":["issuer/*"]}',
    ],
  ];
  test.each(cases)("%s", (_name, value, taken) => {
    expect(takes(source(value))).toBe(taken);
  });

  test("of a domain that is an alias fits exact principals of the others, and no patterns", () => {
    const aliases = ["west", "east"];
    expect(takes(source({ principals: ["west/ns/shop/sa/web"] }), aliases)).toBe("every request");
    expect(takes(source({ principals: ["west/*"] }), aliases)).toBe("no");
    expect(takes(source({ principals: ["north/ns/shop/sa/web"] }), aliases)).toBe("no");
  });

  test("one of several is enough; an unknown one beside it then does not matter", () => {
    const known = { source: { principals: ["east/*"] } };
    const unknown = { source: { ipBlocks: ["10.0.0.1"] } };
    expect(takes({ from: [unknown, known] })).toBe("every request");
    expect(takes({ from: [unknown, { source: { principals: ["west/*"] } }] })).toBe("unknown");
  });
});

describe("a condition", () => {
  const when = (key: string, values: readonly string[], notValues: readonly string[] = []): Json => ({
    when: [{ key, values, notValues }],
  });
  test.each<[string, Json, string]>([
    ["its principal", when("source.principal", ["east/*"]), "every request"],
    ["another principal", when("source.principal", ["west/*"]), "no"],
    ["not its namespace", when("source.namespace", [], ["shop"]), "no"],
    ["its address", when("source.ip", ["10.0.0.1"]), "unknown"],
    ["a header", when("request.headers[x]", ["1"]), 'when {"key":"request.headers[x]","notValues":[],"values":["1"]}'],
  ])("on %s", (_name, value, taken) => {
    expect(takes(value)).toBe(taken);
  });
});

const gateway: Caller = { trustDomain: "west", namespace: "istio-system", account: "ingress" };
const exact = "west/ns/istio-system/sa/ingress";
const get = { to: [{ operation: { methods: ["GET"] } }] };

function change(...policies: readonly Json[]) {
  const specs = policies.map(spec);
  const { lost, gained, unknown, askedAnew } = compareAccess(
    accessOf(specs, gateway, ["west"]),
    accessOf(specs, caller, ["west", "east"]),
  );
  return { lost: lost.length, gained: gained.length, unknown: unknown.length, askedAnew };
}
const same = { lost: 0, gained: 0, unknown: 0, askedAnew: false };

describe("from the gateway's name to the client's", () => {
  test.each<[string, readonly Json[], Partial<typeof same>]>([
    ["no policy", [], {}],
    ["an ALLOW for everybody", [{ rules: [{}] }], {}],
    ["an ALLOW without rules: nobody before, nobody after", [{}], {}],
    ["an ALLOW for the gateway", [{ rules: [source({ principals: [exact] })] }], { lost: 1 }],
    [
      "an ALLOW for the gateway's GETs",
      [{ rules: [{ ...get, from: [{ source: { principals: [exact] } }] }] }],
      { lost: 1 },
    ],
    ["an ALLOW for the client", [{ rules: [source({ principals: ["east/*"] })] }], { gained: 1 }],
    ["an ALLOW for both", [{ rules: [source({ principals: ["east/*", exact] })] }], {}],
    [
      "an ALLOW for everybody beside one for the gateway",
      [{ rules: [{}] }, { rules: [source({ principals: [exact] })] }],
      {},
    ],
    ["a DENY for the gateway", [{ action: "DENY", rules: [source({ principals: [exact] })] }], { gained: 1 }],
    ["a DENY for all but the gateway", [{ action: "DENY", rules: [source({ notPrincipals: [exact] })] }], { lost: 1 }],
    ["a DENY of a path for all", [{ action: "DENY", rules: [{ to: [{ operation: { paths: ["/x"] } }] }] }], {}],
    ["an AUDIT for the gateway", [{ action: "AUDIT", rules: [source({ principals: [exact] })] }], {}],
    ["a CUSTOM for all", [{ action: "CUSTOM", rules: [{}] }], { askedAnew: true }],
    ["an ALLOW by address", [{ rules: [source({ ipBlocks: ["10.0.0.1"] })] }], { unknown: 1 }],
  ])("%s", (_name, policies, expected) => {
    expect(change(...policies)).toEqual({ ...same, ...expected });
  });
});

test("a caller that is compared with itself neither loses nor gains, whatever the policies", () => {
  const text = fc.constantFrom("*", "east/*", exact, "west/*", "shop", "istio-*");
  const drawn = fc.record({
    action: fc.constantFrom("ALLOW", "DENY", "CUSTOM", "AUDIT", ""),
    rules: fc.array(
      fc.record({
        from: fc.array(
          fc.record({
            source: fc.record({
              principals: fc.array(text, { maxLength: 2 }),
              notNamespaces: fc.array(text, { maxLength: 1 }),
            }),
          }),
          { maxLength: 2 },
        ),
        to: fc.array(fc.record({ operation: fc.record({ methods: fc.constantFrom(["GET"], ["PUT"]) }) }), {
          maxLength: 1,
        }),
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 3 }), (policies) => {
      const access = accessOf(
        policies.map((each) => spec(each as Json)),
        caller,
        ["east", "west"],
      );
      const { lost, gained } = compareAccess(access, access);
      return lost.length === 0 && gained.length === 0;
    }),
    { seed: 7, numRuns: 300 },
  );
});
