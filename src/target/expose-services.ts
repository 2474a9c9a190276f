// What the exporter's gateway lets in: the hosts by which importers know the exported services, and nothing else.
import { sortedUnique } from "../core/order.ts";
import { refIn } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import type { DesiredObject } from "./desired-object.ts";
import { eastWestPort, gatewayLabel, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

/** One Istio Gateway per east-west gateway, for all of its routes: istiod walks every service once per Gateway server. */
export function exposeServices(places: Places, routes: readonly Route[]): DesiredObject {
  const { mesh, gatewayNamespace, gatewaySelector } = places;
  const name = "expose-services";
  return {
    ref: refIn(mesh.cluster, "networking.istio.io", "Gateway", gatewayNamespace, name),
    role: "expose",
    routes: sortedUnique(routes.map(({ id }) => id)),
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "Gateway",
      metadata: { name, namespace: gatewayNamespace, labels: ourLabels },
      spec: {
        selector: { [gatewayLabel]: gatewaySelector },
        servers: [
          {
            port: { number: eastWestPort, name: "tls", protocol: "TLS" },
            tls: { mode: "AUTO_PASSTHROUGH" },
            hosts: sortedUnique(routes.map(({ host }) => host)),
          },
        ],
      },
    },
  };
}
