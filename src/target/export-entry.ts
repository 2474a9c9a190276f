// Makes an exported service known to the exporter's istiod under the importers' hosts: the SNI of a passed-through connection names them.
import { sortedUnique } from "../core/order.ts";
import type { ExportedService } from "../federation/federation.ts";
import { refIn } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import type { DesiredObject } from "./desired-object.ts";
import { entryPorts } from "./entry-ports.ts";
import { fitted, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

/**
 * The entry for one exported service, or null where every importer dials it by its own cluster-local host. Visible to
 * the gateway's namespace only, so that no client of the exporter sees a second host.
 */
export function exportEntry(places: Places, exported: ExportedService, routes: readonly Route[]): DesiredObject | null {
  const hosts = sortedUnique(routes.map(({ host }) => host).filter((host) => host !== exported.localHost));
  if (hosts.length === 0) return null;
  const { service } = exported;
  const name = fitted(`meshferry-${service.name}`, 253);
  return {
    ref: refIn(service.cluster, "networking.istio.io", "ServiceEntry", service.namespace, name),
    role: "export-entry",
    routes: sortedUnique(routes.map(({ id }) => id)),
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { labels: ourLabels, name, namespace: service.namespace },
      spec: {
        exportTo: [places.gatewayNamespace],
        hosts,
        location: "MESH_INTERNAL",
        ports: entryPorts(exported.ports, true),
        resolution: "STATIC",
        workloadSelector: { labels: exported.selector },
      },
    },
  };
}
