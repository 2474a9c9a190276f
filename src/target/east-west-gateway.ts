// The exporter's gateway: passes connections through to the workloads' own sidecars by SNI, terminates nothing.
import type { RouteId } from "../core/ids.ts";
import type { DesiredObject } from "./desired-object.ts";
import { eastWestPort, gatewayLabel, importerAnnotation, meshAnnotation, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

/** The TLS listener that both ends of the east-west path declare. */
export const passthroughListener = {
  name: "cross-network",
  port: eastWestPort,
  protocol: "TLS",
  tls: { mode: "Passthrough", options: { "gateway.istio.io/listener-protocol": "auto-passthrough" } },
} as const;

/**
 * One per exporting mesh, or per importer. `istio.io/rev` keeps it with the control plane that runs today; the label of ours reaches its
 * pods on Istio 1.20 and 1.28 (seen), unlike Istio's own gateway-name label, which changed with 1.24. Never
 * `infrastructure.labels`: with it the metadata's labels no longer reach the pods (Istio 1.24).
 * Annotations reach its Service too, as long as there is no `infrastructure` (Istio 1.20 to 1.28, kube-gateway.yaml; read in
 * source, not yet seen running): so a load balancer that was internal is internal from its first moment.
 * The listener's host matches nothing: what is exposed stands in the Istio Gateway beside it.
 */
export function eastWestGateway(
  places: Places,
  routes: readonly RouteId[],
  annotations: Readonly<Record<string, string>>,
): DesiredObject {
  const { gateway, gatewaySelector, importer, mesh, network } = places;
  return {
    ref: gateway,
    role: "east-west",
    routes,
    template: {
      // v1beta1 is served by every release of the API that Istio 1.20 and later run with.
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
      metadata: {
        name: gateway.name,
        namespace: gateway.namespace,
        labels: {
          ...ourLabels,
          "istio.io/rev": mesh.name,
          [gatewayLabel]: gatewaySelector,
          "topology.istio.io/network": network,
        },
        annotations: {
          ...annotations,
          [meshAnnotation]: mesh.id,
          ...(importer === null ? {} : { [importerAnnotation]: importer }),
        },
      },
      spec: {
        gatewayClassName: "istio",
        listeners: [{ ...passthroughListener, hostname: "nothing.meshferry.invalid" }],
      },
    },
  };
}
