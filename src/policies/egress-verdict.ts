// Whether policies let a pod open a connection to an address outside its cluster. That address may not exist yet: then some rules cannot be decided.
import { isAddress, rangeHolds } from "../core/ip-range.ts";
import type { AdminNetworkPolicy } from "../inventory/kinds/admin-network-policy.ts";
import type { EgressFirewall } from "../inventory/kinds/egress-firewall.ts";
import type { NetworkPolicy } from "../inventory/kinds/network-policy.ts";

/** Where a connection goes, by TCP. */
export interface OutsideDestination {
  /** IP addresses or host names; null: not known yet. */
  readonly addresses: readonly string[] | null;
  /** null: the node port that Kubernetes will give. */
  readonly port: number | null;
}

/** Where Kubernetes takes node ports from unless told otherwise (kube-apiserver, --service-node-port-range). */
export const nodePorts = { first: 30_000, last: 32_767 } as const;

export type Verdict = "open" | "closed" | "undecided";

/** What an ordered list of rules can come to; more than one where a rule cannot be decided. */
export type Outcomes<T extends string> = ReadonlySet<T>;

/** Yes, no, or (null) it depends on an address that is not known. */
type Match = boolean | null;

/** NetworkPolicies add up: one rule that admits is enough (Kubernetes, NetworkPolicy v1). At least one of them speaks of egress. */
export function networkPoliciesAdmit(specs: readonly NetworkPolicy["spec"][], to: OutsideDestination): Verdict {
  let possible = false;
  for (const { egress } of specs) {
    for (const rule of egress) {
      const port = anyOf(rule.ports, (each) => portAdmits(each, to.port));
      // Selectors of namespaces and pods mean the cluster's own pods, never an address outside.
      const peer = anyOf(rule.to, ({ ipBlock }) => (ipBlock ? blockHolds(ipBlock, to) : false));
      const match = both(port, peer);
      if (match === true) return "open";
      possible ||= match === null;
    }
  }
  return possible ? "undecided" : "closed";
}

/**
 * Whether a NetworkPolicy speaks of egress: where it says so, or, without policyTypes, where it has rules for it
 * (Kubernetes, pkg/apis/networking/v1/defaults.go).
 */
export function restrictsEgress({ policyTypes, egress }: NetworkPolicy["spec"]): boolean {
  return policyTypes.length === 0 ? egress.length > 0 : policyTypes.includes("Egress");
}

/** The first rule that matches decides; without one it is allowed (ovn-kubernetes, pkg/crd/egressfirewall/v1/types.go; OpenShift, network/v1). */
export function firewallOutcomes({ egress }: EgressFirewall["spec"], to: OutsideDestination): Outcomes<Verdict> {
  const rules = egress.map((rule) => {
    const port = anyOf(rule.ports, (each) => isTcp(each.protocol) && portsHold(each.port, each.port, to.port));
    return { match: both(port, firewallDestination(rule.to, to)), gives: verdictOf(rule.type) };
  });
  return firstOf(rules, "open");
}

export type AdminAction = "allow" | "deny" | "pass";

/**
 * The rules of all policies that select the pod, by priority, the lowest number first; the first rule that matches decides, and
 * without one the decision passes on (network-policy-api v1alpha1, adminnetworkpolicy_types.go).
 */
export function adminOutcomes(
  specs: readonly AdminNetworkPolicy["spec"][],
  to: OutsideDestination,
): Outcomes<AdminAction> {
  const ordered = [...specs].sort((left, right) => (left.priority ?? 0) - (right.priority ?? 0));
  const rules = ordered.flatMap(({ egress }) =>
    egress.map((rule) => ({ match: adminRuleMatches(rule, to), gives: adminAction(rule.action) })),
  );
  return firstOf(rules, "pass");
}

/** Only one answer: it; else undecided. */
export function soleVerdict(outcomes: Outcomes<Verdict>): Verdict {
  const [only, ...more] = outcomes;
  return only !== undefined && more.length === 0 ? only : "undecided";
}

function firstOf<T extends string>(
  rules: readonly { readonly match: Match; readonly gives: T }[],
  otherwise: T,
): Set<T> {
  const found = new Set<T>();
  for (const { match, gives } of rules) {
    if (match === false) continue;
    found.add(gives);
    if (match) return found;
  }
  return found.add(otherwise);
}

function verdictOf(type: string): Verdict {
  return type === "Allow" ? "open" : "closed";
}

function adminAction(action: string): AdminAction {
  return action === "Allow" ? "allow" : action === "Deny" ? "deny" : "pass";
}

type FirewallTarget = EgressFirewall["spec"]["egress"][number]["to"];

function firewallDestination({ cidrSelector, dnsName }: FirewallTarget, to: OutsideDestination): Match {
  if (cidrSelector !== "") return rangeMatches(cidrSelector, to);
  // A selector of nodes means this cluster's own.
  if (dnsName === "") return false;
  return to.addresses?.includes(dnsName) === true ? true : null;
}

type AdminRule = AdminNetworkPolicy["spec"]["egress"][number];

function adminRuleMatches({ to: peers, ports }: AdminRule, to: OutsideDestination): Match {
  const port = anyOf(ports, ({ portNumber, portRange }) => {
    if (portNumber !== null && isTcp(portNumber.protocol)) return portsHold(portNumber.port, portNumber.port, to.port);
    return portRange !== null && isTcp(portRange.protocol) && portsHold(portRange.start, portRange.end, to.port);
  });
  const matches = peers.flatMap(({ networks, domainNames }) => [
    ...networks.map((range) => rangeMatches(range, to)),
    ...domainNames.map((name): Match => (to.addresses?.includes(name) === true ? true : null)),
  ]);
  return both(port, matches.includes(true) ? true : matches.includes(null) ? null : false);
}

/** A list that is empty restricts nothing. */
function anyOf<T>(list: readonly T[], matches: (each: T) => Match): Match {
  if (list.length === 0) return true;
  const found = list.map(matches);
  return found.includes(true) ? true : found.includes(null) ? null : false;
}

function both(left: Match, right: Match): Match {
  if (left === false || right === false) return false;
  return left === null || right === null ? null : true;
}

/** A node port that is not known yet is one of the usual range; whether a part of that holds it, nobody can tell. */
function portsHold(first: number, last: number, wanted: number | null): Match {
  if (wanted !== null) return first <= wanted && wanted <= last;
  return first <= nodePorts.first && nodePorts.last <= last ? true : null;
}

function blockHolds(
  { cidr, except }: { readonly cidr: string; readonly except: readonly string[] },
  to: OutsideDestination,
): Match {
  const inside = rangeMatches(cidr, to);
  if (inside === false) return false;
  const left = except.map((range) => rangeMatches(range, to));
  if (left.includes(true)) return false;
  return left.includes(null) ? null : inside;
}

/** The whole of IPv4 holds an address that is not known yet, too; of a host name's addresses nothing is known. */
function rangeMatches(range: string, { addresses }: OutsideDestination): Match {
  if (addresses === null || addresses.some((each) => !isAddress(each))) return range === "0.0.0.0/0" ? true : null;
  const held = addresses.filter((address) => rangeHolds(range, address)).length;
  return held === 0 ? false : held === addresses.length ? true : null;
}

type Port = NetworkPolicy["spec"]["egress"][number]["ports"][number];

/** A name means a port of the pod that is called, which an address outside has none of. */
function portAdmits({ protocol, port, endPort }: Port, wanted: number | null): Match {
  if (!isTcp(protocol) || typeof port === "string") return false;
  return port === null || portsHold(port, endPort ?? port, wanted);
}

function isTcp(protocol: string): boolean {
  return protocol === "" || protocol === "TCP";
}
