// The importer's picture of an exporter's gateway: tells istiod at which address a remote network is reached.
import { sortedUnique } from "../core/order.ts";
import type { RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { refIn } from "../inventory/mesh.ts";
import { passthroughListener } from "./east-west-gateway.ts";
import type { DesiredObject } from "./desired-object.ts";
import { importerAnnotation, meshAnnotation, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";
import type { Reach } from "./reach.ts";

/** The remote Gateway by which an importer knows an exporter. */
export function remoteGatewayRef(importer: Places, exporter: Places): ObjectRef {
  const { mesh, entryNamespace } = importer;
  return refIn(mesh.cluster, "gateway.networking.k8s.io", "Gateway", entryNamespace, exporter.remoteNetwork);
}

/**
 * One per importer and exporting mesh, of class istio-remote. Its network has a name of its own: under federation's name
 * `network-<peer>` istiod would lose the address of federation's own egress (seen: 239 of 852 new connections lost). istiod
 * pairs each address with the port of each listener (Istio 1.20, serviceregistry/kube/controller/network.go), so for node
 * ports the listener's port is the node port.
 */
export function remoteGateway(
  importer: Places,
  exporter: Places,
  { addresses, port }: Pick<Reach, "addresses" | "port">,
  routes: readonly RouteId[],
): DesiredObject {
  const ref = remoteGatewayRef(importer, exporter);
  const { name, namespace } = ref;
  return {
    ref,
    role: "remote",
    routes: sortedUnique(routes),
    template: {
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "Gateway",
      metadata: {
        name,
        namespace,
        labels: { ...ourLabels, "topology.istio.io/network": exporter.remoteNetwork },
        annotations: { [meshAnnotation]: exporter.mesh.id, [importerAnnotation]: importer.mesh.id },
      },
      spec: {
        gatewayClassName: "istio-remote",
        addresses,
        listeners: [{ ...passthroughListener, port }],
      },
    },
  };
}
