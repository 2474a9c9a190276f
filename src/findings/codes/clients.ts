// Codes of the clients' side: MF440 to MF479.
import { defineCode } from "./define-code.ts";

export const sidecarPatched = defineCode({
  code: "MF440",
  name: "sidecar-patched",
  severity: "info",
  message:
    "{sidecar} shows imported hosts by the namespace of federation's services; the plan adds {namespace}, where our entries live.",
  why: "A Sidecar shows services by the namespace they live in. Without the addition its clients would see no new entry, and lose the hosts when federation goes.",
  todo: "If the Sidecar comes from Git, make the same change there, or its owner will take it back.",
});

const lookup = "Rules are looked up in the client's namespace, in the service's, and in the control plane's.";

export const destinationRuleTls = defineCode({
  code: "MF441",
  name: "destination-rule-changes-tls",
  severity: "block",
  message: "{rule} sets {settings} for {host}.",
  why: "The new path is passed on by the SNI that Istio itself sets, and ends at the server's own sidecar under the names that our entry lists.",
  todo: "Remove these settings, or set tls.mode: ISTIO_MUTUAL alone, and plan again.",
});

export const destinationRuleSubsets = defineCode({
  code: "MF442",
  name: "destination-rule-subsets",
  severity: "block",
  message: "{rule} divides {host} into subsets by labels of federation's own endpoints ({subsets}).",
  why: "Such a subset chooses among the endpoints that federation makes, by peer or locality. Over the new path the endpoints are the remote gateways, which carry none of these labels: the subset would be empty.",
  todo: "Route to {host} without these subsets, or import the service of each mesh under a host of its own. Then plan again.",
});

export const destinationRuleLeft = defineCode({
  code: "MF443",
  name: "destination-rule-stops-applying",
  severity: "block",
  message:
    "{rule} applies to {host} because it lies in {home}, where federation's service lives; for clients elsewhere it would stop, and no copy can be made: {reason}.",
  why: `${lookup} The new entry lives in a namespace of its own.`,
  todo: "Write the rule into namespace {namespace} (kubectl create namespace first, if it is not there), or into the clients' namespaces. Then plan again.",
});

export const destinationRuleCopied = defineCode({
  code: "MF444",
  name: "destination-rule-copied",
  severity: "info",
  message:
    "{rule} applies to {host} because it lies in {home}, where federation's service lives; the plan adds a copy in {namespace}, beside the new entry.",
  why: `${lookup} The new entry lives in a namespace of its own.`,
  todo: "From now on change both, or plan again after a change: it shows the difference.",
});

export const subsetsNamed = defineCode({
  code: "MF445",
  name: "subsets-named-at-gateway",
  severity: "info",
  message:
    "{rule} divides {host} into subsets without labels ({subsets}); the plan names them at the gateways of {exporters} too.",
  why: "A subset is part of the SNI by which the gateway passes a connection on: it needs a chain for each of them.",
  todo: "Nothing. A subset that is added later needs a new plan before clients are sent to it.",
});

export const subsetsEmpty = defineCode({
  code: "MF446",
  name: "subsets-without-endpoints",
  severity: "info",
  message: "{rule} divides {host} into subsets that have no endpoint over federation ({subsets}), nor afterwards.",
  why: "The endpoints of an imported host are the egress gateway's and carry none of the service's labels: requests that are sent to such a subset fail today.",
  todo: "Remove these subsets, or make them in the exporting mesh and import a Service for each.",
});

export const connectionsCutOnce = defineCode({
  code: "MF460",
  name: "long-connections-cut-once",
  severity: "info",
  message:
    "{importer}: ports that are not HTTP at {hosts} of {total} imported hosts ({ports}). Their virtual addresses change at the shift, and connections that last are cut once, about 45 s later.",
  why: "A proxy tells connections that are not HTTP apart by virtual address. The new entry has another one than federation's service; the old one's listener drains and closes. Federation itself cuts such connections now and then, whenever a resync moves the addresses.",
  todo: "See that these clients connect again by themselves, and move their namespaces when nobody minds.",
});

export const protocolNotDeclared = defineCode({
  code: "MF461",
  name: "protocol-not-declared",
  severity: "info",
  message:
    "{importer}: ports that declare no protocol at {hosts} of {total} imported hosts ({ports}); proxies go on to detect it.",
  why: "The new entry leaves the protocol open as federation's service does. Detection waits for the client's first bytes: a protocol in which the server speaks first (SMTP, FTP, SSH, a database at another port than its usual one) does not get through, today or afterwards.",
  todo: "Nothing, if they work today. Otherwise name the ports of the exported Services by protocol (tcp-…, http-…), or set appProtocol, before planning.",
});
