// Codes of policies: MF400 to MF439. What AuthorizationPolicies mean for callers that come under their own names.
import { defineCode } from "./define-code.ts";

const identity = "Today a server sees the federation ingress gateway's identity, afterwards the client's own.";

export const policyDenies = defineCode({
  code: "MF400",
  name: "policy-denies-clients",
  severity: "block",
  message:
    "{service} would refuse clients of {importer} that pass today ({clients}), because of {policies}. Requests: {requests}.",
  why: `${identity} An ALLOW policy that names the gateway no longer fits, and a DENY policy may fit now.`,
  todo: "Let the policy also name the clients: principals {domain}/*, or {domain}/ns/NAMESPACE/* for some of them. Then plan again.",
});

export const policyAdmits = defineCode({
  code: "MF401",
  name: "policy-admits-clients",
  severity: "block",
  message:
    "{service} would admit clients of {importer} that are refused today ({clients}), because of {policies}. Requests: {requests}.",
  why: `${identity} A DENY policy that names the gateway no longer fits, and an ALLOW policy may fit now.`,
  todo: "Let the policy name the clients themselves: principals {domain}/*, or {domain}/ns/NAMESPACE/*. Then plan again.",
});

export const policyUndecided = defineCode({
  code: "MF402",
  name: "policy-not-decidable",
  severity: "block",
  message:
    "Whether {service} goes on to admit clients of {importer} cannot be said beforehand: {policies} ask for {reasons}.",
  why: "Servers see the address of the east-west gateway afterwards, which does not exist yet, in place of the federation gateway's; connections ask for the importer's host name, and proxies fill their headers from both.",
  todo: "Decide by identity instead: principals {domain}/*. Then plan again.",
});

export const authorizerAsked = defineCode({
  code: "MF403",
  name: "external-authorizer-sees-clients",
  severity: "warn",
  message:
    "{service} asks an external authorizer ({policies}), which will see clients of {importer} under their own names.",
  why: `${identity} What the authorizer makes of that stands outside the mesh.`,
  todo: "See that it admits principals {domain}/*, in addition to the gateway's, before clients are moved.",
});

export const allowPolicyAdded = defineCode({
  code: "MF404",
  name: "allow-policy-added",
  severity: "info",
  message:
    "{service}: the plan adds an ALLOW policy for {domains}, because {policies} name the federation ingress gateway.",
  why: `${identity} The policy of ours asks the same of a request as theirs, and lets in everybody of the meshes that it is exported to, as the gateway did.`,
  todo: "Nothing now. Narrow it to the clients that you want once everybody has moved.",
});

export const networkPolicyCloses = defineCode({
  code: "MF405",
  name: "network-policy-closes",
  severity: "block",
  message: "NetworkPolicies {policies} let nobody of namespace {namespace} reach {service} at {ports}.",
  why: "Today connections come from the federation ingress gateway, afterwards from the east-west gateway in another namespace. A rule by pod labels or addresses cannot be relied on before that gateway exists.",
  todo: "Add an ingress rule from namespaceSelector matchLabels kubernetes.io/metadata.name: {namespace} for these ports.",
});
