// Makes an exported service known to the exporter's istiod under the importers' hosts: the SNI of a passed-through connection names them.
import { shortHash } from "../core/hash.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, Port } from "../federation/federation.ts";
import { refIn } from "../inventory/mesh.ts";
import type { Route } from "../routes/route.ts";
import type { DesiredObject } from "./desired-object.ts";
import { entryPorts } from "./entry-ports.ts";
import { fitted, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

/**
 * The entries for one exported service: none where every importer dials it by its own cluster-local host. Visible to the
 * gateway's namespace only, so that no client of the exporter sees a second host. Hosts that are dialled at the same ports share
 * an entry; an importer that joins the service to one of its own dials that one's port numbers.
 */
export function exportEntries(places: Places, exported: ExportedService, routes: readonly Route[]): DesiredObject[] {
  const foreign = routes.filter(({ host }) => host !== exported.localHost);
  const byHost = groupBy(foreign, ({ host }) => host);
  const dialled = [...byHost.values()].map((group) => ({ group, ports: portsDialled(exported, group) }));
  const alike = groupBy(dialled, ({ ports }) => canonicalJson(ports.map(({ number, name }) => [number, name])));
  const own = canonicalJson(exported.ports.map(({ number, name }) => [number, name]));
  return [...alike].flatMap(([key, groups]) => {
    const [first] = groups;
    if (!first) return [];
    const suffix = key === own ? "" : `-${shortHash(key)}`;
    return [
      exportEntry(
        places,
        exported,
        groups.flatMap(({ group }) => group),
        first.ports,
        fitted(`meshferry-${exported.service.name}${suffix}`, 253),
      ),
    ];
  });
}

/** The exporter's ports, under the numbers at which these routes dial them. */
function portsDialled(exported: ExportedService, routes: readonly Route[]): readonly Port[] {
  if (routes.every(({ carry }) => carry.mode !== "join-local")) return exported.ports;
  const found = new Map<number, Port>();
  for (const { ports } of routes) {
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

function exportEntry(
  places: Places,
  exported: ExportedService,
  routes: readonly Route[],
  ports: readonly Port[],
  name: string,
): DesiredObject {
  const { service } = exported;
  return {
    ref: refIn(service.cluster, "networking.istio.io", "ServiceEntry", service.namespace, name),
    role: "export-entry",
    routes: sortedUnique(routes.map(({ id }) => id)),
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ServiceEntry",
      metadata: { name, namespace: service.namespace, labels: ourLabels },
      spec: {
        hosts: sortedUnique(routes.map(({ host }) => host)),
        exportTo: [places.gatewayNamespace],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: entryPorts(ports, true),
        ...(exported.addresses === null
          ? { workloadSelector: { labels: exported.selector } }
          : { endpoints: exported.addresses.map(fixedEndpoint) }),
      },
    },
  };
}

/** Without the label the gateway would leave the endpoint out (Istio 1.20, ep_filters.go, EndpointsWithMTLSFilter). */
function fixedEndpoint(address: string): JsonObject {
  return { address, labels: { "security.istio.io/tlsMode": "istio" } };
}
