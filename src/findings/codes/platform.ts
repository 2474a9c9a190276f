// Codes of the platform, and of everything that OSSM 3 does not take over: MF500 to MF529.
import { defineCode } from "./define-code.ts";

export const addonsManaged = defineCode({
  code: "MF500",
  name: "addons-managed",
  severity: "info",
  message: "Mesh {mesh} does not switch off: {addons}.",
  why: "OSSM 3 runs no add-ons. Federation and this plan do not depend on them; what is not switched off goes with the ServiceMeshControlPlane, its data too.",
  todo: "Before OSSM 3 takes over: move to instances of your own (monitoring, a Kiali of its own, tracing by meshConfig.extensionProviders and a Telemetry), then set {fields}. Grafana has no successor.",
});

export const gatewaysManaged = defineCode({
  code: "MF501",
  name: "gateways-managed",
  severity: "info",
  message: "Mesh {mesh} does not switch off gateways that are not federation's: {gateways}.",
  why: "OSSM 3 runs no gateways of its own: these go with the ServiceMeshControlPlane. spec.gateways.enabled: false removes all of them at once, the federation gateways too.",
  todo: "Before OSSM 3 takes over: replace them by gateways of your own (gateway injection or the Gateway API) and switch each off by itself. Leave spec.gateways.enabled as it is until federation has gone.",
});

export const settingsWithoutSuccessor = defineCode({
  code: "MF502",
  name: "settings-without-successor",
  severity: "info",
  message: "Mesh {mesh} has settings that OSSM 3 does not know: {fields}.",
  why: "The Istio resource of OSSM 3 has no field for them; what they do today ends with the ServiceMeshControlPlane.",
  todo: "Before OSSM 3 takes over: see for each whether its default will do, and what takes its place otherwise.",
});

export const injectedByAnnotation = defineCode({
  code: "MF503",
  name: "injected-by-annotation",
  severity: "info",
  message: "Mesh {mesh}: workloads that ask for their sidecar by annotation alone: {count}, in {namespaces}.",
  why: "OSSM 3 injects by label: of the namespace, or sidecar.istio.io/inject on the pod. A pod with the annotation alone would come back without a sidecar.",
  todo: "Before OSSM 3 takes over: label the pod templates or the namespaces. OSSM 2.6 heeds the pod's label too, so this can be done now.",
});

export const proxyTooOld = defineCode({
  code: "MF504",
  name: "proxies-too-old",
  severity: "warn",
  message: "Mesh {mesh} runs {version}, and these have older proxies: {workloads}.",
  why: "A proxy is replaced only when its pod is. An old one knows less than its control plane sends, and changes its version with the first restart of the migration, whatever caused it.",
  todo: "Restart these workloads before the migration, and see that they work.",
});

export const controlPlaneNotReady = defineCode({
  code: "MF505",
  name: "control-plane-not-ready",
  severity: "warn",
  message: "The ServiceMeshControlPlane of {mesh} has {condition} = {status}: {reason}.",
  why: "While its operator cannot bring the control plane to what it should be, a patch of the plan has no effect. The plan begins by waiting for Ready.",
  todo: "Resolve what its status says before you begin. If this was read some time ago, read it again.",
});

export const meshWideMtls = defineCode({
  code: "MF506",
  name: "mesh-wide-mtls-managed",
  severity: "warn",
  message: "Mesh {mesh} asks for mTLS everywhere by spec.security.dataPlane.mtls: true.",
  why: "The operator writes a PeerAuthentication with STRICT from it. OSSM 3 does not: when the ServiceMeshControlPlane goes, plain text would be accepted. Nothing changes while 2.6 stays.",
  todo: "Before OSSM 3 takes over: create a PeerAuthentication of your own with mtls.mode STRICT in {namespace}.",
});

export const membersByWildcard = defineCode({
  code: "MF507",
  name: "members-by-wildcard",
  severity: "info",
  message: "The ServiceMeshMemberRoll of {mesh} takes in every namespace (members: *).",
  why: "OSSM 3 has no member rolls: without discoverySelectors it sees every namespace, system ones and those of other meshes included.",
  todo: "Before OSSM 3 takes over: decide which namespaces it is to see, and label them for its discoverySelectors.",
});

export const meshesNotDisjoint = defineCode({
  code: "MF508",
  name: "meshes-share-a-cluster",
  severity: "info",
  message: "Cluster {cluster} has several meshes: {meshes}.",
  why: "Member rolls keep them apart today. OSSM 3 has none: its control planes must have discoverySelectors that never select the same namespace.",
  todo: "Before OSSM 3 takes over: give the namespaces of each mesh a label of its own.",
});

export const routesManaged = defineCode({
  code: "MF509",
  name: "openshift-routes-managed",
  severity: "info",
  message:
    "The operator makes OpenShift Routes for the Gateways of mesh {mesh} (spec.gateways.openshiftRoute.enabled).",
  why: "OSSM 3 makes none, and those that were made go with the ServiceMeshControlPlane. Federation does not use Routes.",
  todo: "Before OSSM 3 takes over: create the Routes yourself, then switch this off.",
});

export const automaticUpdates = defineCode({
  code: "MF510",
  name: "operator-updates-automatically",
  severity: "warn",
  message: "{subscription} in {cluster} installs new versions by itself (installPlanApproval: Automatic).",
  why: "An update of an operator restarts what it runs, istiod included. In the middle of the migration that is a window in which proxies can lose their imports, and nobody chose it.",
  todo: "Set spec.installPlanApproval to Manual until the migration is done.",
});

export const updatePending = defineCode({
  code: "MF511",
  name: "operator-update-pending",
  severity: "info",
  message: "{subscription} in {cluster} runs {installed}, and {current} is to be had.",
  why: "The operator of OSSM 2 must be at its newest version before the one of OSSM 3 is installed; afterwards the custom resource definitions of OSSM 3 would be overwritten.",
  todo: "Before OSSM 3's operator is installed: update it, outside of the migration's change windows.",
});

export const istioV1Missing = defineCode({
  code: "MF512",
  name: "istio-api-without-v1",
  severity: "info",
  message: "The Istio definitions of {cluster} do not serve v1: the operator of OSSM 3 is not installed.",
  why: "OSSM 3 brings its own definitions. The plan does not need them: it writes v1beta1.",
  todo: "Before OSSM 3 takes over: update the operator of OSSM 2, then install that of OSSM 3.",
});

export const entryTooLarge = defineCode({
  code: "MF513",
  name: "service-entry-too-large",
  severity: "warn",
  message: "{entry} has {sizes}; from OSSM 3 on at most 256 of each are accepted.",
  why: "The definitions that OSSM 3 brings refuse a ServiceEntry with more than 256 hosts or ports, from the moment that its operator is installed: the one that is there stays, and no change of it is accepted any more.",
  todo: "Before OSSM 3's operator is installed: split it into several.",
});

export const versionNotServed = defineCode({
  code: "MF520",
  name: "api-version-not-served",
  severity: "block",
  message: "{cluster} serves {kind} as {served}, and the plan writes {wanted}.",
  why: "The API server refuses objects of a version that it does not serve: the plan would stop at the first of them.",
  todo: "Install definitions that serve {wanted} beside the others.",
});

export const kindNotInstalled = defineCode({
  code: "MF521",
  name: "gateway-api-missing",
  severity: "block",
  message: "{cluster} has no definition of {kind}.",
  why: "The plan writes objects of this kind. istiod looks at Gateways only when the definitions are there when it starts, or come while it runs.",
  todo: "Install the standard channel of the Gateway API, v1.0 or later. From OpenShift 4.19 on the Ingress Operator does so.",
});

export const gatewayApiOff = defineCode({
  code: "MF522",
  name: "gateway-api-off",
  severity: "block",
  message: "Mesh {mesh} has the Gateway API switched off: {settings}.",
  why: "istiod would make no proxy for the east-west gateway, or not see the remote gateways.",
  todo: "Remove the setting from the ServiceMeshControlPlane, or set it to true, outside of a change window: it restarts istiod.",
});

export const gatewayClassForeign = defineCode({
  code: "MF523",
  name: "gateway-class-foreign",
  severity: "block",
  message: "GatewayClass istio in {cluster} belongs to the controller {controller}.",
  why: "istiod makes proxies only for Gateways whose class names its own controller: the east-west gateway would have no pods.",
  todo: "Delete or rename that GatewayClass; istiod makes its own when there is none.",
});

export const remoteClassForeign = defineCode({
  code: "MF524",
  name: "remote-gateway-class-foreign",
  severity: "warn",
  message: "GatewayClass istio-remote in {cluster} belongs to the controller {controller}.",
  why: "Istio 1.20 takes the class as its own all the same; the other controller may act on the remote gateways too.",
  todo: "Delete or rename that GatewayClass; istiod makes its own when there is none.",
});

export const gatewayApiOwned = defineCode({
  code: "MF525",
  name: "gateway-api-owned-by-platform",
  severity: "info",
  message: "{cluster} runs OpenShift {version}, whose Ingress Operator owns the definitions of the Gateway API.",
  why: "They are there, only the standard channel, and nobody else may change them; the plan needs no more. Creating a GatewayClass for OpenShift's own controller starts an OSSM 3 that does not get on with a subscription of OSSM 2.",
  todo: "Install no definitions of the Gateway API yourself, and create no GatewayClass for openshift.io/gateway-controller while OSSM 2 is there.",
});

export const secondControlPlane = defineCode({
  code: "MF526",
  name: "second-control-plane",
  severity: "warn",
  message: "{other} runs under the revision {revision}, as the control plane of {mesh} does.",
  why: "The plan's Gateways name this revision. Both control planes would make the same Deployment and Service, each undoing what the other did.",
  todo: "Give the other control plane another revision, or discoverySelectors that leave out {namespace}.",
});

export const peerNotConnected = defineCode({
  code: "MF527",
  name: "peer-not-connected",
  severity: "warn",
  message: "{peer}: {pods} {problem}.",
  why: "A peer whose other end cannot be reached keeps istiod in a resync of two minutes, over and over; meanwhile no proxy of the mesh gets any configuration. The plan begins by waiting for connected peers.",
  todo: "See that the other end's istiod and federation gateways run and can be reached. If the other end is gone for good, delete the peer, its ExportedServiceSet well before it, and restart istiod.",
});

export const peerStatusStale = defineCode({
  code: "MF528",
  name: "peer-status-stale",
  severity: "warn",
  message: "{peer}: the last full sync was at {lastSync}, {minutes} minutes before {evidence}.",
  why: "A full sync runs every minute. An istiod whose worker is deadlocked looks ready, but its peers' status no longer moves, and later changes of peers and sets have no effect.",
  todo: "Read the peer again. If its status still does not move, restart istiod of that mesh (one mesh at a time) before you begin.",
});
