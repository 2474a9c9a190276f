// What policies for outgoing connections come to, with an address that is known and one that is not.
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { adminNetworkPolicy } from "../inventory/kinds/admin-network-policy.ts";
import { egressFirewall } from "../inventory/kinds/egress-firewall.ts";
import { networkPolicy } from "../inventory/kinds/network-policy.ts";
import {
  adminOutcomes,
  firewallOutcomes,
  networkPoliciesAdmit,
  type OutsideDestination,
  restrictsEgress,
  soleVerdict,
  type Verdict,
} from "./egress-verdict.ts";

const unknown: OutsideDestination = { addresses: null, port: 15443 };
const known: OutsideDestination = { addresses: ["203.0.113.9"], port: 15443 };
const named: OutsideDestination = { addresses: ["lb.example"], port: 15443 };
const block = (cidr: string, ...except: string[]): Json => ({ ipBlock: { cidr, except } });
const tcp = (port: number): Json => ({ protocol: "TCP", port });
const spec = (...egress: Json[]) => networkPolicy.parse({ spec: { policyTypes: ["Egress"], egress } }).spec;

describe("NetworkPolicies", () => {
  test.each<[string, Json[], Verdict, Verdict]>([
    ["no rule", [], "closed", "closed"],
    ["a rule for everything", [{}], "open", "open"],
    ["the port alone", [{ ports: [tcp(15443)] }], "open", "open"],
    ["a range of ports", [{ ports: [{ port: 15000, endPort: 16000 }] }], "open", "open"],
    ["another port", [{ ports: [tcp(443)] }], "closed", "closed"],
    ["the port by UDP", [{ ports: [{ protocol: "UDP", port: 15443 }] }], "closed", "closed"],
    ["a port's name", [{ ports: [{ port: "tls" }] }], "closed", "closed"],
    ["every pod of the cluster", [{ to: [{ namespaceSelector: {} }] }], "closed", "closed"],
    ["all addresses", [{ to: [block("0.0.0.0/0")] }], "open", "open"],
    ["all but private ones", [{ to: [block("0.0.0.0/0", "10.0.0.0/8")] }], "undecided", "open"],
    ["all but its own", [{ to: [block("0.0.0.0/0", "203.0.113.0/24")] }], "undecided", "closed"],
    ["its range", [{ to: [block("203.0.113.0/24")] }], "undecided", "open"],
    ["another range", [{ to: [block("10.0.0.0/8")] }], "undecided", "closed"],
    ["its range, another port", [{ to: [block("203.0.113.0/24")], ports: [tcp(443)] }], "closed", "closed"],
  ])("%s", (_name, rules, before, after) => {
    expect([networkPoliciesAdmit([spec(...rules)], unknown), networkPoliciesAdmit([spec(...rules)], known)]).toEqual([
      before,
      after,
    ]);
  });

  test.each<[string, Json[], Verdict]>([
    ["no port restricts it", [{ to: [block("203.0.113.0/24")] }], "open"],
    ["all usual node ports", [{ ports: [{ port: 30000, endPort: 32767 }] }], "open"],
    ["some of them", [{ ports: [{ port: 31000, endPort: 32767 }] }], "undecided"],
    ["one of them", [{ ports: [tcp(31443)] }], "undecided"],
    ["a port by UDP", [{ ports: [{ protocol: "UDP", port: 31443 }] }], "closed"],
    ["one of them, at another address", [{ to: [block("10.0.0.0/8")], ports: [tcp(31443)] }], "closed"],
  ])("at a node port that is not known yet: %s", (_name, rules, verdict) => {
    expect(networkPoliciesAdmit([spec(...rules)], { ...known, port: null })).toBe(verdict);
  });

  test("one that admits is enough, and a host name's addresses are not known", () => {
    expect(networkPoliciesAdmit([spec(), spec({ ports: [tcp(15443)] })], unknown)).toBe("open");
    expect(networkPoliciesAdmit([spec({ to: [block("10.0.0.0/8")] })], named)).toBe("undecided");
  });

  test.each<[Json, boolean]>([
    [{ policyTypes: ["Ingress"], egress: [{}] }, false],
    [{ policyTypes: ["Egress"] }, true],
    [{ egress: [{}] }, true],
    [{ ingress: [{}] }, false],
  ])("%j restricts egress: %s", (fields, restricts) => {
    expect(restrictsEgress(networkPolicy.parse({ spec: fields }).spec)).toBe(restricts);
  });
});

describe("an EgressFirewall", () => {
  const rule = (type: string, to: Json, ports: Json = []): Json => ({ type, to, ports });
  test.each<[string, Json[], Verdict, Verdict, Verdict]>([
    ["without rules", [], "open", "open", "open"],
    ["that denies everything", [rule("Deny", { cidrSelector: "0.0.0.0/0" })], "closed", "closed", "closed"],
    ["that denies another port", [rule("Deny", { cidrSelector: "0.0.0.0/0" }, [tcp(80)])], "open", "open", "open"],
    [
      "that allows the port first",
      [rule("Allow", { cidrSelector: "0.0.0.0/0" }, [tcp(15443)]), rule("Deny", { cidrSelector: "0.0.0.0/0" })],
      "open",
      "open",
      "open",
    ],
    [
      "that allows its range first",
      [rule("Allow", { cidrSelector: "203.0.113.0/24" }), rule("Deny", { cidrSelector: "0.0.0.0/0" })],
      "undecided",
      "open",
      "undecided",
    ],
    [
      "that allows its name first",
      [rule("Allow", { dnsName: "lb.example" }), rule("Deny", { cidrSelector: "0.0.0.0/0" })],
      "undecided",
      "undecided",
      "open",
    ],
    ["that denies its own nodes", [rule("Deny", { nodeSelector: {} })], "open", "open", "open"],
  ])("%s", (_name, egress, ...verdicts) => {
    const read = egressFirewall.parse({ spec: { egress } }).spec;
    expect([unknown, known, named].map((to) => soleVerdict(firewallOutcomes(read, to)))).toEqual(verdicts);
  });
});

test("AdminNetworkPolicies: the lowest priority number first, then rule by rule; what matches nothing passes on", () => {
  const policy = (priority: number, action: string, networks: string[], port = 15443) =>
    adminNetworkPolicy.parse({
      spec: {
        priority,
        egress: [{ action, to: [{ networks }], ports: [{ portRange: { protocol: "TCP", start: port, end: port } }] }],
      },
    }).spec;
  const outcomes = (to: OutsideDestination, ...specs: ReturnType<typeof policy>[]) => [...adminOutcomes(specs, to)];
  const all = ["0.0.0.0/0"];
  expect(outcomes(known, policy(20, "Deny", all), policy(10, "Allow", all))).toEqual(["allow"]);
  expect(outcomes(known, policy(20, "Allow", all), policy(10, "Deny", all))).toEqual(["deny"]);
  expect(outcomes(known, policy(10, "Deny", all, 443))).toEqual(["pass"]);
  expect(outcomes(known, policy(10, "Deny", ["10.0.0.0/8"]))).toEqual(["pass"]);
  expect(outcomes(unknown, policy(10, "Deny", ["10.0.0.0/8"]))).toEqual(["deny", "pass"]);
});
