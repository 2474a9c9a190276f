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
  message: "{host} in {importer} joins the local Service {service}.",
  why: "Local and remote endpoints are mixed under the Service's own host. This version does not carry such an import.",
  todo: `Import it under another host (importAsLocal: false, or an alias) and move the clients to it before planning. ${stays}`,
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
