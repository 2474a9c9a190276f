// The importer's picture of an exporter's gateway: tells istiod at which address a remote network is reached.
import { sortedUnique } from "../core/order.ts";
import type { RouteId } from "../core/ids.ts";
import { refIn } from "../inventory/mesh.ts";
import { passthroughListener } from "./east-west-gateway.ts";
import type { DesiredObject, Slot } from "./desired-object.ts";
import { addressSlot, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

/** The slot that holds the addresses of an exporter's gateway, once its Service has them. */
export function gatewayAddresses(exporter: Places): Slot {
  return {
    id: addressSlot(exporter.gatewayService),
    from: exporter.gatewayService,
    pointer: "/status/loadBalancer/ingress",
    type: "addresses",
  };
}

/**
 * One per importer and exporting mesh, of class istio-remote. Its network has a name of its own: under federation's name
 * `network-<peer>` istiod would lose the address of federation's own egress (seen: 239 of 852 new connections lost).
 */
export function remoteGateway(importer: Places, exporter: Places, routes: readonly RouteId[]): DesiredObject {
  const name = exporter.remoteNetwork;
  const namespace = importer.entryNamespace;
  return {
    ref: refIn(importer.mesh.cluster, "gateway.networking.k8s.io", "Gateway", namespace, name),
    role: "remote",
    routes: sortedUnique(routes),
    template: {
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
      metadata: { name, namespace, labels: { ...ourLabels, "topology.istio.io/network": exporter.remoteNetwork } },
      spec: {
        gatewayClassName: "istio-remote",
        addresses: { $slot: gatewayAddresses(exporter).id },
        listeners: [passthroughListener],
      },
    },
  };
}
