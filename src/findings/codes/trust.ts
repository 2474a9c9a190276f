// Codes of trust between the meshes: MF340 to MF359.
import { soonDays } from "../../core/certificates.ts";
import { defineCode } from "./define-code.ts";

export const peersKept = defineCode({
  code: "MF340",
  name: "peers-stay-for-trust",
  severity: "info",
  message:
    "The {peers} ServiceMeshPeers of {meshes} stay: the plan ends when nothing is exported or imported any more.",
  why: "With trust: peers no CA is touched. On 2.6 the proxies trust the other meshes because of their peers, so these stay until OSSM 3 carries everything; this version does not plan that part yet.",
  todo: "Nothing. To end federation while 2.6 stays, set trust.order: combined-root in meshferry.yaml.",
});

export const rootsPending = defineCode({
  code: "MF341",
  name: "roots-not-taken-yet",
  severity: "info",
  message: "Mesh {mesh}: the Secret cacerts holds the other meshes' roots already; istiod does not show them yet.",
  why: "istiod takes a changed root-cert.pem only when it restarts. The plan therefore restarts it, and does not write the Secret again.",
  todo: "Nothing. If istiod has been restarted since and still does not show the roots, somebody has replaced root-cert.pem: remove the annotation {annotation} from the Secret, and plan again.",
});

export const rootNotUsable = defineCode({
  code: "MF342",
  name: "root-not-usable",
  severity: "block",
  message: "Mesh {mesh} has no root that proxies accept: {reasons}.",
  why: "A fresh proxy accepts a server only under a root that is a CA and valid at that moment; with none, every new connection between meshes fails, whatever is migrated.",
  todo: "Renew the mesh's CA first, and give the new root to the peers' ConfigMaps; then plan again. Was the time of --as-of meant?",
});

export const rootEndsSoon = defineCode({
  code: "MF343",
  name: "root-ends-soon",
  severity: "warn",
  message: "The root of mesh {mesh} ends on {end} ({subject}).",
  why: `Warned of from ${soonDays} days before the end. A migration may be interrupted for weeks, and a root that is renewed in the middle of it has to be given to every other mesh again.`,
  todo: "Renew it before the migration, or be done with the migration in good time.",
});

export const weakRoot = defineCode({
  code: "MF344",
  name: "weak-root",
  severity: "warn",
  message: "The root of mesh {mesh} ({subject}) is weak: {reason}.",
  why: "All other meshes will trust whatever this root signs; RSA keys below 2048 bits and SHA-1 are not up to that (NIST SP 800-57 and SP 800-131A).",
  todo: "Make a CA of today's strength (meshferry certs create), best before its root is given to other meshes.",
});

export const rootCopiesDiffer = defineCode({
  code: "MF345",
  name: "root-copies-differ",
  severity: "warn",
  message: "Mesh {mesh}: ConfigMap istio-ca-root-cert of {namespaces} differs from the one of its control plane.",
  why: "istiod writes the same roots into every namespace. Where they differ, istiod has not got to that namespace, or another control plane writes there; a proxy that starts there checks istiod itself by this copy, and may never get a certificate.",
  todo: "See that istiod runs and watches the namespace. If its roots were just renewed, read the cluster again.",
});

export const trustDomainShared = defineCode({
  code: "MF346",
  name: "trust-domain-shared",
  severity: "warn",
  message: "Linked meshes {meshes} have one trust domain, {domain}, {roots}.",
  why: "Proxies look a root up by the trust domain, and policies know a mesh by nothing else: after the migration nobody can tell these meshes' workloads apart.",
  todo: "Give each mesh a trust domain of its own before the migration (spec.security.trust.domain; the old one stays as an alias until every proxy has been restarted).",
});

export const trustDomainDefault = defineCode({
  code: "MF347",
  name: "trust-domain-default",
  severity: "warn",
  message: "Linked meshes {meshes} were all left at the trust domain cluster.local, {roots}.",
  why: "Proxies look a root up by the trust domain, and policies know a mesh by nothing else; cluster.local in a policy also stands for the mesh's own domain and its aliases, whatever they are (Istio 1.20, pilot/pkg/security/trustdomain).",
  todo: "Give each mesh a trust domain of its own before the migration (spec.security.trust.domain).",
});

export const rootShared = defineCode({
  code: "MF348",
  name: "root-shared",
  severity: "info",
  message: "Linked meshes {meshes} have one root.",
  why: "They trust each other already, so no root has to be added; but the root keeps none of them out anywhere, and only trust domains tell them apart.",
  todo: "Nothing. Policies of ours keep out what federation kept out (MF315).",
});

export const aliasOfStranger = defineCode({
  code: "MF349",
  name: "alias-of-unlinked-mesh",
  severity: "warn",
  message: "Mesh {mesh} has the trust domain of {stranger} as an alias ({domain}), and is not linked to it.",
  why: "An alias lets every account of that mesh pass as the same account of this one in policies that name accounts; only that its root is not trusted keeps it out.",
  todo: "Take the alias out of spec.security.trust.additionalDomains (or techPreview.meshConfig.trustDomainAliases) unless it is wanted.",
});

export const aliasUnknown = defineCode({
  code: "MF350",
  name: "alias-of-nobody",
  severity: "info",
  message: "Mesh {mesh} has trust domain aliases that belong to no linked mesh: {domains}.",
  why: "An alias lets every account of that domain pass as the same account of this mesh, if its root is trusted. Former domains of the mesh itself are often among them.",
  todo: "Nothing for a former domain of its own. Take out what nobody can explain.",
});

export const rootOfUnlinked = defineCode({
  code: "MF351",
  name: "root-shared-with-unlinked-mesh",
  severity: "info",
  message: "Mesh {mesh} has the same root as {strangers}, to which it is not linked.",
  why: "Federation let in linked peers only. A passthrough gateway lets in every client whose root is trusted, these meshes' clients among them.",
  todo: "Nothing for exported services: policies of ours keep strangers out where they can (MF315), and MF313 says where they cannot. Restrict the network path to the new gateway to the meshes that may call.",
});
