// Makes an exported service known to the exporter's istiod under the importers' hosts: the SNI of a passed-through connection names them.
import { groupBy, sortedUnique } from "../core/order.ts";
import { refIn } from "../inventory/mesh.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import type { DesiredObject } from "./desired-object.ts";
import { entryPorts } from "./entry-ports.ts";
import { fitted, ourLabels } from "./names.ts";

/**
 * The entries for one exported service; none where every importer dials it by its own cluster-local host. Visible to the
 * gateways' namespaces only, so that no client of the exporter sees a second host. One for all hosts, or, where each
 * importer has a gateway of its own, one for each host, seen by the gateways of those that use it: what one importer knows
 * under a name another may know as something else. Services of one host and one namespace would share their endpoints
 * (Istio 1.20, pilot/pkg/model/endpointshards.go, by host and namespace), so a host has one entry in a namespace.
 */
export function exportEntries(group: readonly CarriedRoute[]): DesiredObject[] {
  const foreign = group.filter(({ route, exported }) => route.host !== exported.localHost);
  const [first] = foreign;
  if (!first) return [];
  const { service } = first.exported;
  if (first.exporter.importer === null) return [exportEntry(`meshferry-${service.name}`, foreign, group)];
  return [...groupBy(foreign, ({ route }) => route.host)].map(([host, ofHost]) =>
    exportEntry(`meshferry-${service.name}.${host}`, ofHost),
  );
}

function exportEntry(fullName: string, group: readonly CarriedRoute[], all = group): DesiredObject {
  const [first] = group;
  if (!first) throw new Error("an entry for nobody");
  const { exported } = first;
  const { service } = exported;
  const name = fitted(fullName, 253);
  return {
    ref: refIn(service.cluster, "networking.istio.io", "ServiceEntry", service.namespace, name),
    role: "export-entry",
    routes: sortedUnique(all.map(({ route }) => route.id)),
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { labels: ourLabels, name, namespace: service.namespace },
      spec: {
        exportTo: sortedUnique(group.map(({ exporter }) => exporter.gatewayNamespace)),
        hosts: sortedUnique(group.map(({ route }) => route.host)),
        location: "MESH_INTERNAL",
        ports: entryPorts(exported.ports, true),
        resolution: "STATIC",
        workloadSelector: { labels: exported.selector },
      },
    },
  };
}
