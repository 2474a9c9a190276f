// Codes of federation: MF100 to MF199.
import { defineCode } from "./define-code.ts";

export const peerUnpaired = defineCode({
  code: "MF100",
  name: "peer-unpaired",
  severity: "warn",
  message: "No peer of another mesh points back at {peer} (addresses {addresses}, trust domain {trustDomain}).",
  why: "A link has two ends. Without the other end nothing is known of what this peer imports or exports, and nothing of it is planned.",
  todo: "Supply the other mesh too (--mesh NAME=PATH). If both ends were supplied, state the pair in meshferry.yaml (pairs).",
});

const disagrees = {
  message: "{one} and {other} point at each other, but disagree on: {facts}.",
  why: "Two peers are one link only if address, trust domain, client identity and root of each are what the other mesh really has. Federation itself may be broken here, or one side has changed since.",
} as const;

export const peerDisagrees = {
  unstated: defineCode({
    code: "MF101",
    name: "peers-disagree",
    severity: "block",
    ...disagrees,
    todo: "Correct the {fact} of the peer, or, if the two are one link all the same, state the pair in meshferry.yaml (pairs).",
  }),
  stated: defineCode({
    code: "MF102",
    name: "stated-pair-disagrees",
    severity: "warn",
    ...disagrees,
    todo: "The pair is used because it is stated. Check that federation works over this link today; correct the {fact} if not.",
  }),
};

export const peerAmbiguous = defineCode({
  code: "MF103",
  name: "peer-ambiguous",
  severity: "block",
  message: "{one} agrees with {other} and with another peer as well.",
  why: "Which two peers make the link cannot be told from what they say of each other.",
  todo: "State the pair in meshferry.yaml (pairs).",
});

export const peerUnchecked = defineCode({
  code: "MF104",
  name: "link-facts-not-checked",
  severity: "info",
  message: "The link {one} – {other} was found without checking: {facts}.",
  why: "The objects that would show these facts were not supplied.",
  todo: "Supply the federation ingress Services (with status), Nodes for NodePorts, and the CA ConfigMaps of both meshes.",
});

export const statedPairUnknown = defineCode({
  code: "MF105",
  name: "stated-pair-unknown",
  severity: "block",
  message: "The stated pair {one} – {other} names {missing}, which was not found.",
  why: "A stated pair must name two ServiceMeshPeers that were read, as CLUSTER/NAMESPACE/NAME.",
  todo: "Correct the name in meshferry.yaml, or supply that mesh.",
});

export const peerRejected = defineCode({
  code: "MF106",
  name: "peer-rejected",
  severity: "warn",
  message: "istiod never accepts the peer {peer}: {reason}. Nothing is federated over this link.",
  why: "istiod derives gateway names from the peer's name and gives up on the whole peer when one is invalid.",
  todo: "Nothing to migrate over this link. Remove the peer, or re-create it under a name of at most 34 characters without dots before planning.",
});

export const ruleVoid = defineCode({
  code: "MF107",
  name: "rule-void",
  severity: "warn",
  message: "{set}: rule {rule} is skipped: {reason}.",
  why: "Federation skips a rule that it cannot use without saying so; what it was meant to do does not happen.",
  todo: "Correct or remove the rule; until then the plan follows what federation really does.",
});

export const exportFails = defineCode({
  code: "MF108",
  name: "export-fails",
  severity: "warn",
  message: "{service} is selected for export, but its exported name {name} is not a valid host: it is not exported.",
  why: "Federation drops such an export silently.",
  todo: "Nothing to migrate. Give the rule an alias whose halves are DNS labels if the service was meant to be exported.",
});

export const importFails = defineCode({
  code: "MF109",
  name: "import-fails",
  severity: "warn",
  message: "{exported} is selected for import as {name}, which is not a valid host: it is not imported.",
  why: "Federation drops such an import silently.",
  todo: "Nothing to migrate. Correct the alias if the service was meant to be imported.",
});

export const exportNamesCollide = defineCode({
  code: "MF110",
  name: "export-names-collide",
  severity: "block",
  message: "{services} are all exported to {peer} as {exported}.",
  why: "Both are offered under one name; which one answers is not defined, and the set's status update is refused, so it stays stale.",
  todo: "Give each service an exported name of its own (alias) before planning.",
});

export const exportStatusDiffers = defineCode({
  code: "MF112",
  name: "export-status-differs",
  severity: "warn",
  message: "{set}: {service} is {computed} by the rules, but {reported} according to status.exportedServices.",
  why: "The status is what istiod last managed to write. It can be stale (a rejected update), or istiod exports a service that its rules hide (networking.istio.io/exportTo is looked at only in full resyncs).",
  todo: "Check which of the two is true; a restart of istiod forces a resync. The plan follows the rules.",
});

export const exportHiddenButActive = defineCode({
  code: "MF113",
  name: "export-hidden-but-active",
  severity: "warn",
  message: "{set}: {service} hides itself by networking.istio.io/exportTo, but is exported all the same.",
  why: "The annotation is looked at only in full resyncs; touching the Service exported it, and it stays exported until then. Clients may depend on it.",
  todo: "The plan carries it over. Remove it from the export rules, or let istiod resync, if it must not be reachable.",
});

export const importStatusDiffers = defineCode({
  code: "MF114",
  name: "import-status-differs",
  severity: "warn",
  message: "{set}: {exported} is {computed} by the rules, but {reported} according to status.importedServices.",
  why: "Import changes act only at the next resync, and a re-created set is ignored until its generation moves, so the status may be behind or ahead of the rules.",
  todo: "Check with a request from a client which of the two is true. The plan follows the rules.",
});

export const infrastructureExported = defineCode({
  code: "MF115",
  name: "infrastructure-exported",
  severity: "info",
  message:
    "{service} is part of the mesh or the cluster itself and caught by a wide export rule; it is not carried over.",
  why: "istiod, the federation gateways and default/kubernetes are exported when a rule matches them. Nobody is meant to call them from another mesh.",
  todo: "Nothing, unless a client of the other mesh really uses it: then state it as a service of its own.",
});

export const runnersNotSupplied = defineCode({
  code: "MF116",
  name: "runners-unknown",
  severity: "block",
  message: "Who runs {service} is not known: {reason}.",
  why: "The importer's entry must name every service account that runs the service; an entry without accounts would accept any server.",
  todo: "Supply the pods (or Deployments) of its namespace, scale the workload up, or state the accounts in meshferry.yaml (runners).",
});

export const targetPortUnknown = defineCode({
  code: "MF117",
  name: "target-port-unknown",
  severity: "block",
  message: "{service}: the named target port {port} is not known: {reason}.",
  why: "The exporter's entry needs the number at which the workload listens.",
  todo: "Supply the pods of the service, or state the number in meshferry.yaml (runners.targetPorts).",
});
