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
  message: "{rule} divides {host} into subsets ({subsets}).",
  why: "A subset is part of the SNI, and chooses among labels of endpoints: over the new path there is one endpoint, the remote gateway, and no chain for the subset.",
  todo: "Route to {host} without subsets, or make the subsets in the exporting mesh and import a Service for each. Then plan again.",
});

export const destinationRuleLeft = defineCode({
  code: "MF443",
  name: "destination-rule-stops-applying",
  severity: "block",
  message:
    "{rule} applies to {host} because it lies in {home}, where federation's service lives; for clients elsewhere it would stop.",
  why: `${lookup} The new entry lives in a namespace of its own.`,
  todo: "Copy the rule into namespace {namespace} (kubectl create namespace first, if it is not there), or into the clients' namespaces. Then plan again.",
});
