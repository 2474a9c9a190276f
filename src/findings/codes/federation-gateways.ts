// Codes of what acts on federation's gateways or stands in for their configuration, and goes with them: MF406 to MF419.
import { defineCode } from "./define-code.ts";

const goes =
  "The new path passes no federation gateway: clients' connections go through the east-west gateway to the server's own sidecar.";

export const enforcedAtGateway = defineCode({
  code: "MF406",
  name: "enforced-at-federation-gateway",
  severity: "block",
  message: "{object} acts on the federation {kind} gateway {gateway} of {mesh}, and would be passed by.",
  why: `${goes} What is enforced at the gateway is enforced nowhere then. (At the east-west gateway no AuthorizationPolicy is asked: it ends no TLS.)`,
  todo: "Enforce it at the exported workloads (or, for addresses, at the network), take it off the gateway, and plan again.",
});

export const idleAtGateway = defineCode({
  code: "MF407",
  name: "settings-of-federation-gateway",
  severity: "info",
  message: "{object} selects the federation {kind} gateway {gateway} of {mesh}, and goes out of use with it.",
  why: "Federation's gateways pass requests on as TCP: what looks at HTTP never saw them there, and metrics or proxy settings of the gateway are of no use without it.",
  todo: "Nothing. Remove it once federation is gone, if it selects nothing else.",
});

export const sharedGatewayPods = defineCode({
  code: "MF408",
  name: "federation-gateway-serves-others",
  severity: "warn",
  message:
    "{gateway} serves {hosts} at the pods of the federation ingress {ingress} of {mesh}, reached by {service} at port {port}.",
  why: "Its selector means labels that these pods carry. When federation's gateways are removed, at the end of the migration, its hosts lose these pods.",
  todo: "Serve these hosts at a gateway of their own (a selector that means its pods only), and have clients use that one's Service.",
});

export const exportRouteLost = defineCode({
  code: "MF410",
  name: "virtual-service-of-export-lost",
  severity: "block",
  message: "{object} stands in for federation's own route of {host} at the ingress gateway of {mesh}.",
  why: `${goes} A VirtualService of the exporter for an exported host then routes nothing.`,
  todo: "Route where the server is: export a Service of the destination itself, or send to it from clients' VirtualServices; remove this one, and plan again.",
});

export const exportRuleLost = defineCode({
  code: "MF411",
  name: "destination-rule-of-egress-lost",
  severity: "warn",
  message: "{rule} applies between the federation gateways of {importer}, to {host}, and goes out of use with them.",
  why: `${goes} Connection limits and outlier detection between the two gateways stop then.`,
  todo: "Where they are needed, set them in a DestinationRule for the imported host itself, beside the clients or in namespace {namespace}.",
});

export const mtlsOffAtServer = defineCode({
  code: "MF413",
  name: "mtls-off-at-server",
  severity: "block",
  message: "{policy} switches mTLS off for {service} at {ports}.",
  why: "Federation's ingress gateway ends mTLS and may call in plain text; over the new path the client's mTLS ends at the server's own sidecar, which would refuse it.",
  todo: "Set the mode to PERMISSIVE, which admits both, and plan again.",
});
