// exports and imports → one Route per importer and host, and how each is carried.
import type { GatewayPer } from "../core/east-west-options.ts";
import type { Finding, Produced } from "../core/finding.ts";
import { type Host, type MeshId, routeId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, Federation, ImportedService } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { clientsNotSupplied, noClients } from "../findings/codes/routes.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { injectedWorkloads } from "./client-namespaces.ts";
import { decideCarry } from "./decide-carry.ts";
import { gatewayClients } from "./gateway-clients.ts";
import { type HostsInUse, hostsInUse, offerKey } from "./hosts-in-use.ts";
import type { Backend, Route } from "./route.ts";

export interface RouteOptions {
  /** Whether each importer has a gateway of its own at an exporter. */
  readonly per: GatewayPer;
  /** Where the exporter's east-west gateway for an importer will run. */
  readonly gatewayNamespace: (exporter: MeshId, importer: MeshId) => string;
}

interface Feed {
  readonly imported: ImportedService;
  readonly exported: ExportedService;
}

/** The routes of all importing meshes, in the order of their ids. Imports of infrastructure make none. */
export function buildRoutes(
  inventory: Inventory,
  federation: Federation,
  podsOf: (mesh: Mesh) => PodIndex,
  options: RouteOptions,
): Produced<readonly Route[]> {
  const findings: Finding[] = [];
  const routes: Route[] = [];
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const feeds = groupBy(feedsOf(federation), ({ imported }) => imported.importer);
  const inUse = hostsInUse(inventory, federation);
  for (const [importer, ofImporter] of feeds) {
    const mesh = meshes.get(importer);
    if (!mesh) continue;
    const hosts = new Set<string>(ofImporter.map(({ imported }) => imported.host));
    const gateways = gatewayClients(clusterOf(inventory, mesh), mesh, podsOf(mesh), hosts);
    const clientNamespaces = [...injectedWorkloads(mesh, podsOf(mesh), gateways).keys()];
    for (const [host, group] of groupBy(ofImporter, ({ imported }) => imported.host)) {
      const planned = buildRoute(mesh, host, group, clientNamespaces, meshes, inUse, options);
      const route: Route = podsOf(mesh).supplied
        ? planned
        : { ...planned, carry: { mode: "none", why: clientsNotSupplied.at([mesh.controlPlane.ref], { importer }) } };
      routes.push(route);
      if (route.carry.mode === "none") findings.push(route.carry.why);
      else if (clientNamespaces.length === 0) findings.push(noClients.at([mesh.controlPlane.ref], { host, importer }));
    }
  }
  return { value: sortedBy(routes, ({ id }) => id), findings };
}

function feedsOf(federation: Federation): Feed[] {
  const exports = groupBy(federation.exports, offerKey);
  return federation.imports.flatMap((imported) =>
    (exports.get(offerKey(imported)) ?? [])
      .filter(({ infrastructure }) => !infrastructure)
      .map((exported) => ({ imported, exported })),
  );
}

function buildRoute(
  mesh: Mesh,
  host: Host,
  group: readonly Feed[],
  clientNamespaces: readonly string[],
  meshes: ReadonlyMap<MeshId, Mesh>,
  inUse: HostsInUse,
  options: RouteOptions,
): Route {
  const ordered = sortedBy(
    group,
    ({ exported }) => exported.link,
    ({ exported }) => exported.exportedHost,
  );
  const [first] = ordered;
  if (!first) throw new Error(`route ${mesh.id}|${host} has no export`);
  const backends = backendsOf(ordered);
  return {
    id: routeId(mesh.id, host),
    importer: mesh.id,
    host,
    homeNamespace: first.imported.homeNamespace,
    clientNamespaces,
    ports: first.exported.ports,
    backends,
    carry: decideCarry({ mesh, host, feeds: ordered, backends, meshes, inUse, options }),
  };
}

/** Two peers of one mesh may offer the same service: it is one backend all the same. */
function backendsOf(feeds: readonly Feed[]): Backend[] {
  const same = groupBy(feeds, ({ exported }) => `${exported.exporter}|${refKey(exported.service)}`);
  return [...same.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const links = sortedUnique([first, ...others].map(({ exported }) => exported.link));
    return [{ exported: first.exported, links, locality: first.imported.locality }];
  });
}
