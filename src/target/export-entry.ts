// Makes an exported service known to the exporter's istiod under the importers' hosts: the SNI of a passed-through connection names them.
import { shortHash } from "../core/hash.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, Port } from "../federation/federation.ts";
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
  if (first.exporter.importer === null) return entriesByPorts(`meshferry-${service.name}`, foreign);
  return [...groupBy(foreign, ({ route }) => route.host)].flatMap(([host, ofHost]) =>
    entriesByPorts(`meshferry-${service.name}.${host}`, ofHost),
  );
}

/**
 * Hosts that are dialled at the same ports share an entry; an importer that joins the service to one of its own dials that
 * one's port numbers.
 */
function entriesByPorts(name: string, group: readonly CarriedRoute[]): DesiredObject[] {
  const [one, ...others] = group;
  if (!one) return [];
  const { exported } = one;
  if (others.length === 0 && one.join === null) return [exportEntry(name, group, exported.ports)];
  const byHost = groupBy(group, ({ route }) => route.host);
  const dialled = [...byHost.values()].map((ofHost) => ({ ofHost, ports: portsDialled(exported, ofHost) }));
  const own = numbersOf(exported.ports);
  return [...groupBy(dialled, ({ ports }) => numbersOf(ports))].flatMap(([key, alike]) => {
    const [first] = alike;
    if (!first) return [];
    const routes = alike.flatMap(({ ofHost }) => ofHost);
    return [exportEntry(key === own ? name : `${name}-${shortHash(key)}`, routes, first.ports)];
  });
}

function numbersOf(ports: readonly Port[]): string {
  return canonicalJson(ports.map(({ number, name }) => [number, name]));
}

/** The exporter's ports, under the numbers at which these routes dial them. */
function portsDialled(exported: ExportedService, group: readonly CarriedRoute[]): readonly Port[] {
  if (group.every(({ join }) => join === null)) return exported.ports;
  const found = new Map<number, Port>();
  for (const { ports } of group.map(({ route }) => route)) {
    for (const { number, name } of ports) {
      const port = exported.ports.find((each) => each.name === name);
      if (port && !found.has(number)) found.set(number, { ...port, number });
    }
  }
  const ports = [...found.values()].sort((left, right) => left.number - right.number);
  const names = new Set<string>();
  // The names of an entry's ports differ; the number tells apart two that lead to one port.
  return ports.map((port) => {
    const name = names.has(port.name) ? `${port.name}-${port.number}` : port.name;
    names.add(name);
    return { ...port, name };
  });
}

function exportEntry(fullName: string, group: readonly CarriedRoute[], ports: readonly Port[]): DesiredObject {
  const [first] = group;
  if (!first) throw new Error("an entry for nobody");
  const { exported } = first;
  const { service } = exported;
  const name = fitted(fullName, 253);
  return {
    ref: refIn(service.cluster, "networking.istio.io", "ServiceEntry", service.namespace, name),
    role: "export-entry",
    routes: sortedUnique(group.map(({ route }) => route.id)),
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { labels: ourLabels, name, namespace: service.namespace },
      spec: {
        ...(exported.addresses === null ? {} : { endpoints: exported.addresses.map(fixedEndpoint) }),
        exportTo: sortedUnique(group.map(({ exporter }) => exporter.gatewayNamespace)),
        hosts: sortedUnique(group.map(({ route }) => route.host)),
        location: "MESH_INTERNAL",
        ports: entryPorts(ports, true),
        resolution: "STATIC",
        ...(exported.addresses === null ? { workloadSelector: { labels: exported.selector } } : {}),
      },
    },
  };
}

/** Without the label the gateway would leave the endpoint out (Istio 1.20, ep_filters.go, EndpointsWithMTLSFilter). */
function fixedEndpoint(address: string): JsonObject {
  return { address, labels: { "security.istio.io/tlsMode": "istio" } };
}
