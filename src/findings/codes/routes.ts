// Codes of routes: MF200 to MF299. What blocks here stays on federation: the plan leaves such a host and its link alone.
import { defineCode } from "./define-code.ts";

const stays = "Until then this host stays on federation, and its link cannot be retired.";

export const severalBackends = defineCode({
  code: "MF200",
  name: "host-from-several-exports",
  severity: "block",
  message: "{host} in {importer} is fed by several services of one mesh: {exports}.",
  why: "Federation mixes their endpoints under one host. At the mesh's new gateway the host is one name for one service.",
  todo: `Give each service a host of its own (aliases in the export or import rules), and let clients choose. ${stays}`,
});

export const backendPortsDisagree = defineCode({
  code: "MF211",
  name: "failover-ports-disagree",
  severity: "block",
  message: "{host} in {importer} comes from several meshes whose ports differ: {ports}.",
  why: "One entry states number, name and protocol of the ports for the endpoints in all meshes; a port that one of them lacks would lead nowhere there.",
  todo: `Give the Services the same ports, or import them under hosts of their own. ${stays}`,
});

export const failoverWithoutDetection = defineCode({
  code: "MF212",
  name: "failover-without-outlier-detection",
  severity: "warn",
  message:
    "{host} in {importer} has endpoints in {exporters}, and no DestinationRule that clients see detects outliers.",
  why: "Istio prefers near endpoints and fails over to others only where a DestinationRule sets outlierDetection. Without it, requests are spread over all meshes, or go on to one whose servers are down: its gateway still answers.",
  todo: "Add trafficPolicy.outlierDetection to a DestinationRule for {host} in the clients' namespaces or in {namespace}.",
});

export const joinsLocalService = defineCode({
  code: "MF201",
  name: "import-joins-local-service",
  severity: "block",
  message: "{host} in {importer} cannot join the local Service {service}, which {form}.",
  why: "Remote endpoints join a local Service as a WorkloadEntry that its selector matches. istiod lets one join only where the Service has a selector and a cluster IP.",
  todo: `Give the Service a selector and a cluster IP, or import under another host (importAsLocal: false, or an alias) and move the clients to it. ${stays}`,
});

export const joinSelectsMore = defineCode({
  code: "MF214",
  name: "join-selects-more",
  severity: "block",
  message: "{host} in {importer} cannot join {service}: an endpoint that it selects is selected by {others} too.",
  why: "The labels that make the remote endpoint part of the one Service make it part of the others: their clients would be sent to the other mesh, which does not know their hosts.",
  todo: `Add a label to the pods and the selector of {others} that {service} does not ask for, so that the selectors differ. ${stays}`,
});

export const joinAddsPorts = defineCode({
  code: "MF215",
  name: "join-adds-ports",
  severity: "block",
  message: "{host} in {importer} cannot join {service}: {exported} has no port of the name of {ports}.",
  why: "Federation joins port by port, by name. A WorkloadEntry joins every port whose targetPort is a number: requests to the ports named would be sent to a mesh that does not serve them.",
  todo: `Give these ports of {service} a named targetPort (a port name of its pods), or give {exported} ports of the same names. ${stays}`,
});

export const joinsNoPort = defineCode({
  code: "MF216",
  name: "join-without-common-port",
  severity: "info",
  message: "{host} in {importer} takes nothing from {exported}: no port of {service} has the same name.",
  why: "Federation joins endpoints to a local Service by the name of the port; without one in common no request has ever reached them, and nothing has to be carried.",
  todo: "Remove the import. If {exported} was meant to answer, name the ports of both Services alike and plan again.",
});

export const joinNumbersDiffer = defineCode({
  code: "MF217",
  name: "join-port-numbers-differ",
  severity: "block",
  message: "{host} in {importer} cannot join {service}: its port numbers differ from those of {exported}: {ports}.",
  why: "Clients send the local Service's port number in the SNI. Under the exporter's own host its gateway knows the exporter's own numbers only.",
  todo: `Give the ports of both Services the same numbers, or export under an alias so that the hosts differ. ${stays}`,
});

export const exposedPortTaken = defineCode({
  code: "MF218",
  name: "exposed-port-taken",
  severity: "block",
  message: "{host}, port {number}, means {here} for {importer} and {there} for another importer of {exported}.",
  why: "Host and port number make the SNI; at one gateway it can lead to one port only.",
  todo: `Give the local Services of the importers the same port numbers, or import under different hosts. ${stays}`,
});

export const joinWithoutMtls = defineCode({
  code: "MF219",
  name: "join-without-mtls",
  severity: "block",
  message: "{host} in {importer} cannot join {service}: {policy} switches mTLS off for its endpoints.",
  why: "The remote endpoint carries the labels of the local pods. Where a PeerAuthentication says DISABLE for them, clients use plain text, and istiod leaves out every endpoint behind a gateway, because passthrough needs mTLS.",
  todo: "Set the mode of {policy} to PERMISSIVE: local pods go on to accept both, and clients use mTLS where there is a sidecar.",
});

export const addressesFixed = defineCode({
  code: "MF220",
  name: "addresses-are-fixed",
  severity: "warn",
  message: "{host} in {importer} leads to the addresses of {service} as they are now: {addresses}.",
  why: "The Service selects no pods, so the exporter's entry for the importer's host has to name the addresses, and nobody keeps them in step: a pod that comes back under another address is not found.",
  todo: "Give the Service a selector for the same pods, or import it under its own host, which istiod follows. Else apply the entry anew whenever the addresses change.",
});

export const addressesNotSupplied = defineCode({
  code: "MF221",
  name: "addresses-not-supplied",
  severity: "block",
  message: "Where {service} leads is not known: it selects no pods, and its EndpointSlices were not supplied.",
  why: "Passthrough ends at a pod with a sidecar, and the importer's entry names its account: both are known only from the addresses.",
  todo: "Supply them: oc --context {cluster} get endpointslices.discovery.k8s.io -A -o yaml.",
});

export const addressOutsideMesh = defineCode({
  code: "MF222",
  name: "address-without-pod",
  severity: "block",
  message: "{service} selects no pods, and no pod of its namespace is at {addresses}.",
  why: "Federation's gateway could pass on to any address. Passthrough ends at a sidecar: istiod counts an endpoint as one only where a pod of the Service's namespace with a sidecar is there.",
  todo: "Supply the pods of its namespace if they were left out. Else export a proxy of your own with a sidecar (a Deployment that passes on to the address) instead of this Service.",
});

export const joinMovesAll = defineCode({
  code: "MF213",
  name: "join-moves-all-clients",
  severity: "warn",
  message:
    "{host} in {importer} joins the local Service {service}: all of its clients move in one step, which asks first.",
  why: "Whoever calls a Service gets all of its endpoints, so no namespace can go ahead as a canary. As long as federation is there, its endpoints stay beside ours; clients verify all of them by one list of names, which the plan widens first. By Maistra's source the name of federation's egress gateway is not in that list today where local pods are: then new connections to federation's endpoints fail and are tried again at others, and will no longer. When the exports go, clients can be sent to federation's endpoints for about a second more: HTTP requests are tried again elsewhere, TCP connections are lost.",
  todo: "Choose a quiet hour for this step and for the end of the exports, and look at {service} before: its own endpoints and those of {exporters} share the load from then on.",
});

export const exportedServiceEntry = defineCode({
  code: "MF202",
  name: "export-is-service-entry",
  severity: "block",
  message: "{host} in {importer} is the ServiceEntry {service}.",
  why: "Passthrough ends at a sidecar that is found through a Service's selector; a ServiceEntry's workloads have none that is known.",
  todo: `Put a Service with a selector in front of the workload and export that. ${stays}`,
});

export const notCarriedByPassthrough = defineCode({
  code: "MF203",
  name: "service-form-not-carried",
  severity: "block",
  message: "{host} in {importer} cannot be carried: {service} {form}.",
  why: "Passthrough selects one service and port by TLS SNI and lets the remote sidecar answer; this needs TCP ports and one stable host.",
  todo: `Export an ordinary Service with TCP ports for the same workload. ${stays}`,
});

export const noSidecar = defineCode({
  code: "MF204",
  name: "exported-workload-without-sidecar",
  severity: "block",
  message: "{host} in {importer} is run by {workload}, which has no sidecar.",
  why: "Federation's ingress gateway terminates mTLS, so a workload without a sidecar could be exported. Passthrough ends at the workload's own sidecar.",
  todo: `Inject a sidecar into the workload (annotation sidecar.istio.io/inject: "true", then a rolling restart). ${stays}`,
});

export const hostIsAnotherService = defineCode({
  code: "MF205",
  name: "host-is-another-service",
  severity: "block",
  message: "{host} in {importer} means {service}, but in the exporting mesh this host is {other}.",
  why: "The SNI of a passed-through connection names the importer's host; the exporter's gateway would send it to its own service of that name.",
  todo: `Import the service under a host that the exporting mesh does not use (alias, or importAsLocal: false). ${stays}`,
});

export const exposedHostTaken = defineCode({
  code: "MF206",
  name: "exposed-host-taken",
  severity: "block",
  message: "{host} names {service} for {importer} and {other} for another importer of the same mesh.",
  why: "Both would be exposed at one gateway under one SNI; Envoy refuses such a listener, or one of the two wins silently.",
  todo: `Give one of them another host on its importer; or, if the two live in different namespaces, let each importer have a gateway of its own (eastWest.per: peer). ${stays}`,
});

export const exposedHostImported = defineCode({
  code: "MF223",
  name: "exposed-host-imported",
  severity: "block",
  message: "{host} names {service} for {importer}, but {exporter}, which exports it, imports {other} under this host.",
  why: "The gateway of the exporting mesh sees what its mesh imports as well: both would be exposed there under one SNI, and Envoy refuses such a listener, or one of the two wins silently.",
  todo: `Import one of the two under another host (alias in the rule of its ImportedServiceSet). ${stays}`,
});

export const hiddenFromGateway = defineCode({
  code: "MF207",
  name: "service-hidden-from-gateway",
  severity: "block",
  message:
    "{host} in {importer}: {service} is hidden from namespace {namespace} by networking.istio.io/exportTo ({exportTo}).",
  why: "The east-west gateway passes on only what is visible in its own namespace.",
  todo: `Add {namespace} to the annotation. ${stays}`,
});

export const hostTakenOnImporter = defineCode({
  code: "MF208",
  name: "host-already-defined",
  severity: "block",
  message: "{host} in {importer} is also defined by {entry}, which is not ours.",
  why: "Two ServiceEntries for one host compete; which one a client's proxy takes depends on namespace and age.",
  todo: `Remove that entry, or import the service under another host. ${stays}`,
});

export const noClients = defineCode({
  code: "MF209",
  name: "host-without-clients",
  severity: "info",
  message: "{host} in {importer}: no workload with a sidecar was found that could dial it.",
  why: "Its entry is made visible to nobody during the shift, so nothing can be verified before federation is retired.",
  todo: "Supply the pods of the importing mesh, or remove the import if nobody uses it.",
});

export const clientsNotSupplied = defineCode({
  code: "MF210",
  name: "clients-not-supplied",
  severity: "block",
  message: "Who the clients of {importer} are is not known: neither pods nor Deployments of its cluster were supplied.",
  why: "Clients are moved namespace by namespace and probed after each wave. Without knowing them nothing could be verified before federation goes.",
  todo: `Supply the pods and Deployments of the importing mesh. ${stays}`,
});
