// Codes of what a mesh or a namespace as a whole stands in the way of: MF300 to MF399.
import { defineCode } from "./define-code.ts";

export const versionTooOld = defineCode({
  code: "MF300",
  name: "control-plane-too-old",
  severity: "block",
  message: "Mesh {mesh} runs version {version}.",
  why: "The path that replaces federation needs what OSSM 2.6 (Istio 1.20) brings: Gateway API gateways as network gateways.",
  todo: "Upgrade the control plane to v2.6 first.",
});

export const managedPoliciesReplaced = defineCode({
  code: "MF301",
  name: "managed-network-policies",
  severity: "info",
  message:
    "Mesh {mesh} lets its operator manage NetworkPolicies (spec.security.manageNetworkPolicy is not false): the plan has {count} of its own stand in for them and switches that off.",
  why: "The operator's policies admit only members of the mesh, so the new east-west gateway could be kept from the workloads; and OSSM 3 manages none. The copies keep everything as closed as it was, and one more per namespace lets the new gateway in.",
  todo: "Nothing now. The copies know members by the label maistra.io/member-of, as the originals did: replace them by policies of your own before the member rolls go.",
});

export const managedPoliciesNotSupplied = defineCode({
  code: "MF336",
  name: "managed-network-policies-not-supplied",
  severity: "block",
  message:
    "Mesh {mesh} lets its operator manage NetworkPolicies (spec.security.manageNetworkPolicy is not false), and none were supplied.",
  why: "The operator's policies admit only members of the mesh, so the new east-west gateway could be kept from the workloads. They can be stood in for only when they are known.",
  todo: "Supply them: oc get networkpolicies.networking.k8s.io -A -o yaml. Or write your own, set spec.security.manageNetworkPolicy to false, and plan again.",
});

export const loadBalancerNotCarried = defineCode({
  code: "MF302",
  name: "load-balancer-differs",
  severity: "block",
  message:
    "The federation ingress Services of {mesh} ({services}) differ in {settings}; the one new gateway can have but one of each.",
  why: "The new gateway must be reachable just as the old one was, and from nowhere else: an internal load balancer must stay internal.",
  todo: "State in meshferry.yaml what the new gateway's Service is to have (eastWest.service), or let each importer have a gateway of its own (eastWest.per: peer).",
});

export const loadBalancerNotSeen = defineCode({
  code: "MF303",
  name: "load-balancer-not-checked",
  severity: "warn",
  message:
    "The federation ingress Service of peer {peer} was not supplied, so its kind of load balancer was not checked.",
  why: "The new gateway gets a plain LoadBalancer Service; if the old one is internal or restricted, the new one would not be.",
  todo: "Supply the Services of the control plane's namespace, or state type and restrictions in meshferry.yaml (eastWest.service).",
});

export const notEvaluated = defineCode({
  code: "MF304",
  name: "policy-not-evaluated",
  severity: "block",
  message: "{kind} {object} can change what happens to {subject}, and this version does not evaluate it.",
  why: "After the migration servers see the client's own identity and the east-west gateway's address, clients dial other entries in other namespaces, and nothing passes a federation gateway any more. A rule that fits today may deny, hide or miss afterwards.",
  todo: "Check by hand that it still does what it is meant to do with the new identities, hosts and addresses. The plan is written all the same.",
});

export const notCheckedKinds = defineCode({
  code: "MF305",
  name: "kinds-not-supplied",
  severity: "info",
  message: "{cluster}: not checked, because none of these kinds was supplied: {kinds}.",
  why: "Objects of these kinds can change what the migration does to traffic. Not supplied is not the same as not there.",
  todo: "Supply them, or make sure that there are none: for kind in {list}; do oc get $kind -A -o yaml > $kind.yaml; done (a cluster may not know every kind).",
});

export const namespaceExists = defineCode({
  code: "MF306",
  name: "namespace-exists",
  severity: "info",
  message:
    "Namespace {namespace} in {cluster} exists and is not ours; our objects go into it, and it is neither changed nor removed.",
  why: "The plan creates its namespaces only where they are missing.",
  todo: "Nothing, if it may be used. Otherwise name another one in meshferry.yaml (eastWest.namespace, entries.namespace).",
});

export const objectExists = defineCode({
  code: "MF307",
  name: "object-exists",
  severity: "block",
  message: "{object} exists and is not ours.",
  why: "The plan needs an object of this name, and never overwrites what it did not make.",
  todo: "Rename or remove it, or name other namespaces in meshferry.yaml.",
});

export const combinedRootImpossible = defineCode({
  code: "MF308",
  name: "combined-root-not-possible",
  severity: "block",
  message: "Mesh {mesh}: the combined root cannot be written: {reason}.",
  why: "The other meshes' roots are added to root-cert.pem of the Secret cacerts. That works only where this Secret feeds istiod and belongs to nobody else.",
  todo: "Give the mesh a plugged-in CA (Secret cacerts), or let the owner of the Secret add the other roots, then plan again.",
});

export const caNotChecked = defineCode({
  code: "MF309",
  name: "ca-not-checked",
  severity: "warn",
  message:
    "Mesh {mesh}: whether its CA comes from the Secret {secret} was not checked, because no Secrets were supplied.",
  why: "A self-signed CA or istio-csr leaves no such Secret, and the trust phase would stop at its first step.",
  todo: "Supply the Secret's metadata (no data is needed): oc get secret cacerts -n NAMESPACE -o yaml. Values are dropped when read.",
});

export const linkStays = defineCode({
  code: "MF310",
  name: "link-stays",
  severity: "warn",
  message: "Federation stays on {link}: {reason}.",
  why: "Sets and peers are retired only when everything that runs over them has a new path, and all peers of linked meshes go together.",
  todo: "Resolve what blocks these hosts, or supply the missing mesh, and plan again.",
});

export const nothingToDo = defineCode({
  code: "MF311",
  name: "nothing-carried",
  severity: "block",
  message: "There is nothing to migrate: no imported host was found that can be carried over.",
  why: "A plan moves hosts that one mesh imports from another.",
  todo: "Supply all meshes with their peers, sets, Services and pods; the findings above say what is missing.",
});

export const entriesBesideFederation = defineCode({
  code: "MF312",
  name: "entries-beside-federation",
  severity: "block",
  message: "{host} in {importer}: federation's own service lives in namespace {namespace}, where our entry would go.",
  why: "In one namespace the endpoints of both would merge under one list of names, and mTLS would fail one way or the other.",
  todo: "Name another namespace for the entries in meshferry.yaml (entries.namespace).",
});

export const isolationLost = defineCode({
  code: "MF313",
  name: "isolation-lost",
  severity: "block",
  message:
    "{services} of mesh {mesh} could be reached from {meshes} after the migration, and no policy can tell them from those who may call.",
  why: "Federation's gateways let in only the peer that a service was exported to. A passthrough gateway lets in every client whose root the mesh trusts; a policy can keep a mesh out by its trust domain, if that domain is not also one of a mesh that may call, and if no other service that it may call is run by the same pods and ports.",
  todo: "Give that mesh a trust domain of its own, or services of their own pods to what it must not reach; or restrict its network path to the new gateway. The plan is written all the same.",
});

export const notRestartable = defineCode({
  code: "MF314",
  name: "workload-not-restartable",
  severity: "warn",
  message: "{workload} has a proxy, but cannot be restarted by the plan.",
  why: "A bare pod or the pod of a Job comes back only if somebody creates it again. Until then its proxy keeps its old roots and network, and the wait for all proxies does not end.",
  todo: "Let it finish, or create it anew, after the restart of istiod in the trust phase.",
});

export const isolationByPolicy = defineCode({
  code: "MF315",
  name: "isolation-by-policy",
  severity: "info",
  message:
    "{services} of mesh {mesh} were not exported to every mesh that will be trusted: the plan adds DENY policies for {domains}.",
  why: "A passthrough gateway lets in every client whose root the mesh trusts; what federation kept from a linked mesh has to be kept from it by policy.",
  todo: "Nothing. Remove a policy later if that mesh is to be let in.",
});

export const namespaceNotSeen = defineCode({
  code: "MF316",
  name: "namespace-not-seen-by-istiod",
  severity: "block",
  message:
    "Namespace {namespace} in {cluster} exists and is not ours, and the discovery selectors of {mesh} do not select it.",
  why: "istiod sees nothing of a namespace that its discovery selectors do not select: the gateway or the entries in it would do nothing.",
  todo: "Give the namespace the labels that spec.meshConfig.discoverySelectors asks for, or name another one in meshferry.yaml (eastWest.namespace, entries.namespace).",
});
