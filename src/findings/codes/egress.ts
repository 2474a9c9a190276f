// Codes of the way out of the importers' clusters: MF450 to MF459. Until the shift only federation's egress gateway leaves the cluster, afterwards every client does.
import { defineCode } from "./define-code.ts";

const fromNowOn =
  "Until now only federation's egress gateway opened connections to the other mesh; from the shift on every client's pod opens them itself.";
const notKnown =
  "The gateway's address, or its node port, is known after phase export only, so a rule by it cannot be decided yet.";

export const networkPolicyClosesEgress = defineCode({
  code: "MF450",
  name: "network-policy-closes-egress",
  severity: "block",
  message:
    "NetworkPolicies {policies} keep clients in namespace {namespace} of {importer} from the gateways of {exporters} ({port}).",
  why: fromNowOn,
  todo: "Run {command} to let the port out, and narrow the ranges once the gateway's address and port are known.",
});

export const networkPolicyEgressUndecided = defineCode({
  code: "MF451",
  name: "network-policy-egress-not-decidable",
  severity: "warn",
  message:
    "Whether NetworkPolicies {policies} let clients in namespace {namespace} of {importer} reach the gateways of {exporters} ({port}) depends on what is not known of these (federation's own addresses: {federation}).",
  why: `${fromNowOn} ${notKnown}`,
  todo: "Plan again after phase export, or run {command} to let the port out now.",
});

export const egressFirewallCloses = defineCode({
  code: "MF452",
  name: "egress-firewall-closes",
  severity: "block",
  message: "{firewall} keeps clients in namespace {namespace} of {importer} from the gateways of {exporters} ({port}).",
  why: fromNowOn,
  todo: "Run {command} to put a rule for the gateways before those that deny (ADDRESS stands for an address that is known after phase export).",
});

export const egressFirewallUndecided = defineCode({
  code: "MF453",
  name: "egress-firewall-not-decidable",
  severity: "warn",
  message:
    "Whether {firewall} lets clients in namespace {namespace} of {importer} reach the gateways of {exporters} ({port}) depends on what is not known of these (federation's own addresses: {federation}).",
  why: `${fromNowOn} ${notKnown}`,
  todo: "Plan again after phase export, or run {command} to put a rule for the gateways first (ADDRESS stands for an address that is known after that phase).",
});

export const adminPolicyCloses = defineCode({
  code: "MF454",
  name: "admin-network-policy-closes",
  severity: "block",
  message: "{policies} deny clients in namespace {namespace} of {importer} the gateways of {exporters} ({port}).",
  why: `${fromNowOn} An AdminNetworkPolicy is decided before NetworkPolicies, a BaselineAdminNetworkPolicy where none of them selects the pod.`,
  todo: "Run {command} to put a rule for the gateways before those that deny.",
});

export const adminPolicyUndecided = defineCode({
  code: "MF455",
  name: "admin-network-policy-not-decidable",
  severity: "warn",
  message:
    "Whether {policies} let clients in namespace {namespace} of {importer} reach the gateways of {exporters} ({port}) depends on what is not known of these (federation's own addresses: {federation}).",
  why: `${fromNowOn} ${notKnown}`,
  todo: "Plan again after phase export, or run {command} to put a rule for the gateways first.",
});

export const egressIpChanges = defineCode({
  code: "MF456",
  name: "egress-ip-changes-source",
  severity: "warn",
  message:
    "{egressIp} ({addresses}) decides which source address {exporters} see for {importer}: {today}, {afterwards}.",
  why: `${fromNowOn} A firewall between the clusters that knows today's source address may refuse the clients'.`,
  todo: "Have the firewalls before the new gateways admit the addresses of every client namespace (FIREWALL.md of the plan folder lists them), or let the EgressIP select the client namespaces too.",
});

export const egressRouterBypassed = defineCode({
  code: "MF457",
  name: "egress-router-bypassed",
  severity: "warn",
  message: "{router} redirects to {destinations}, the way of federation from {importer}; clients will not use it.",
  why: `${fromNowOn} They dial the new gateway's own address, with the source address of their node or EgressIP, not the router's.`,
  todo: "Have the firewalls before the new gateways admit the clients' source addresses (FIREWALL.md of the plan folder lists them).",
});
