// exports and imports → one Route per importer and host, and how each is carried.
import type { GatewayPer } from "../core/east-west-options.ts";
import { fewNames } from "../core/few-names.ts";
import { type Finding, known, type Produced } from "../core/finding.ts";
import { type Host, type MeshId, routeId } from "../core/ids.ts";
import { refKey, refText } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, Federation, ImportedService, Port } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { addressesFixed, clientsNotSupplied, joinMovesAll, joinsNoPort, noClients } from "../findings/codes/routes.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { injectedWorkloads } from "./client-namespaces.ts";
import { decideCarry, type Question } from "./decide-carry.ts";
import { gatewayClients } from "./gateway-clients.ts";
import { portConflicts } from "./exposed-ports.ts";
import { hostsInUse, offerKey } from "./hosts-in-use.ts";
import { alsoSelecting, portsInCommon } from "./join-local.ts";
import type { Backend, Carry, Route } from "./route.ts";

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
  const decided: Route[] = [];
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const feeds = groupBy(feedsOf(federation), ({ imported }) => imported.importer);
  const inUse = hostsInUse(inventory, federation);
  for (const [importer, ofImporter] of feeds) {
    const mesh = meshes.get(importer);
    if (!mesh) continue;
    const hosts = new Set<string>(ofImporter.map(({ imported }) => imported.host));
    const gateways = gatewayClients(clusterOf(inventory, mesh), mesh, podsOf(mesh), hosts);
    const selecting = lazily(() => alsoSelecting(clusterOf(inventory, mesh)));
    const clientNamespaces = [...injectedWorkloads(mesh, podsOf(mesh), gateways).keys()];
    for (const [host, all] of groupBy(ofImporter, ({ imported }) => imported.host)) {
      const local = all.some(({ imported }) => imported.joins) ? inUse.service(mesh, host) : null;
      const group = local ? all.filter(({ exported }) => portsInCommon(local, exported).length > 0) : all;
      for (const { exported } of local ? all.filter((each) => !group.includes(each)) : []) {
        const names = { host, importer, service: refText(local?.ref ?? exported.service) };
        findings.push(
          joinsNoPort.at([local?.ref ?? exported.service, exported.service], {
            ...names,
            exported: refText(exported.service),
          }),
        );
      }
      // What joins by no port reaches nobody today, and nothing is lost with it.
      if (group.length === 0) continue;
      const planned = buildRoute(mesh, host, group, clientNamespaces, {
        meshes,
        inUse,
        local,
        alsoSelecting: (...asked) => selecting()(...asked),
        options,
      });
      const route: Route = podsOf(mesh).supplied
        ? planned
        : { ...planned, carry: { mode: "none", why: clientsNotSupplied.at([mesh.controlPlane.ref], { importer }) } };
      decided.push(route);
    }
  }
  const conflicts = portConflicts(decided);
  const routes = decided.map((route): Route => {
    const why = conflicts.get(route.id);
    return why ? { ...route, carry: { mode: "none", why } } : route;
  });
  for (const { importer, host, carry, clientNamespaces, backends } of routes) {
    const mesh = meshes.get(importer);
    if (carry.mode !== "none") findings.push(...fixedOnes(importer, host, backends));
    if (carry.mode === "join-local") {
      const exporters = sortedUnique(backends.map(({ exported }) => exported.exporter)).join(", ");
      findings.push(joinMovesAll.at([carry.service], { host, importer, service: refText(carry.service), exporters }));
    }
    if (carry.mode === "none") findings.push(carry.why);
    else if (mesh && clientNamespaces.length === 0)
      findings.push(noClients.at([mesh.controlPlane.ref], { host, importer }));
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
  asked: Pick<Question, "meshes" | "inUse" | "local" | "alsoSelecting" | "options">,
): Route {
  const ordered = sortedBy(
    group,
    ({ exported }) => exported.link,
    ({ exported }) => exported.exportedHost,
  );
  const [first] = ordered;
  if (!first) throw new Error(`route ${mesh.id}|${host} has no export`);
  const backends = backendsOf(ordered);
  const carry = decideCarry({ ...asked, mesh, host, feeds: ordered, backends });
  return {
    id: routeId(mesh.id, host),
    importer: mesh.id,
    host,
    homeNamespace: first.imported.homeNamespace,
    clientNamespaces,
    ports: portsDialled(carry, first.exported),
    backends,
    carry,
  };
}

/** Services whose addresses are written into an entry of ours, which istiod then does not follow. */
function fixedOnes(importer: Route["importer"], host: Host, backends: readonly Backend[]): Finding[] {
  return backends.flatMap(({ exported: { service, addresses, localHost } }) =>
    addresses === null || host === localHost
      ? []
      : [
          addressesFixed.at([service], {
            host,
            importer,
            service: refText(service),
            addresses: fewNames(addresses),
          }),
        ],
  );
}

/** The ports that clients dial: the exporter's, or of a local Service those by which the remote endpoints join. */
function portsDialled(carry: Carry, exported: ExportedService): readonly Port[] {
  if (carry.mode !== "join-local") return exported.ports;
  return carry.ports.map(({ number, name, protocol }) => ({
    number,
    name,
    protocol,
    targetPort: exported.ports.find((port) => port.name === name)?.targetPort ?? known(number),
  }));
}

/** A value that is made when it is first asked for. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
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
