// The new gateways: one for each exporting mesh, or for each of its importers; whom each serves, its Service, and how it is reached.
import { type GatewayOptions, statedFor } from "../core/east-west-options.ts";
import type { Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { Link } from "../federation/federation.ts";
import { outsideAddresses } from "../federation/gateways.ts";
import type { Typed } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import { type GatewayService, gatewayService, hasAddress, ingressServices, nodePortsOf } from "./gateway-service.ts";
import { oursNow } from "./ours-now.ts";
import type { Places } from "./places.ts";
import { remoteGatewayRef } from "./remote-gateway.ts";
import { type Reach, nodesDialled, reachOf } from "./reach.ts";

export interface EastWest {
  readonly places: Places;
  /** What it carries; at least one. */
  readonly routes: readonly CarriedRoute[];
  /** The exporter's peers whose federation ingress it stands in for. */
  readonly peers: Mesh["peers"];
  /** The federation ingress Services of those peers, as far as they were supplied. */
  readonly ingresses: readonly Typed<"Service">[];
  /** Every address at which those answer today; sorted. */
  readonly outside: readonly string[];
  readonly service: GatewayService;
  /** One for each importer that uses it, in the order of their ids. */
  readonly reaches: readonly Reach[];
}

/** In the order of their Gateways' refKeys. */
export function eastWestGateways(
  inventory: Inventory,
  links: readonly Link[],
  carried: readonly CarriedRoute[],
  options: GatewayOptions,
): EastWest[] {
  const groups = groupBy(carried, ({ exporter }) => refKey(exporter.gateway));
  return sortedBy(groups, ([key]) => key).flatMap(([, routes]) => {
    const [first] = routes;
    return first ? [eastWest(inventory, links, first.exporter, routes, options)] : [];
  });
}

function eastWest(
  inventory: Inventory,
  links: readonly Link[],
  places: Places,
  routes: readonly CarriedRoute[],
  options: GatewayOptions,
): EastWest {
  const { mesh } = places;
  const cluster = clusterOf(inventory, mesh);
  const using = new Set(routes.map(({ importer }) => importer.mesh.id));
  const importers = inventory.meshes.filter(({ id }) => using.has(id));
  const joined = new Map(importers.map((importer) => [importer.id, linkPeers(links, mesh, importer)]));
  const peers =
    places.importer === null ? mesh.peers : mesh.peers.filter(({ ref }) => isIn(joined, "near", refKey(ref)));
  const ingresses = ingressServices(cluster, mesh, peers);
  const far = importers.flatMap((importer) => joined.get(importer.id)?.far ?? []);
  const service = gatewayService(
    ingresses,
    (ingress) => reachedAtNodes(ingress, far, (dialled) => nodesDialled(cluster, dialled).length > 0),
    statedFor(options.service, mesh.id, places.importer ?? ""),
    {
      service: oursNow(inventory, places.gatewayService),
      annotations: annotationsOf(oursNow(inventory, places.gateway)),
    },
  );
  const reaches = importers.map((importer) =>
    reachOf({
      places,
      service,
      importer,
      cluster,
      dialled: sortedUnique((joined.get(importer.id)?.far ?? []).flatMap(({ view }) => view.spec.remote.addresses)),
      known: addressesOf(oursNow(inventory, remoteGatewayRef(placesOfImporter(routes, importer), places))),
      stated: statedFor(options.addresses, mesh.id, importer.id),
    }),
  );
  const outside = sortedUnique(ingresses.flatMap((ingress) => outsideAddresses(cluster, ingress)));
  return { places, routes, peers, ingresses, outside, service, reaches };
}

interface Joined {
  /** The exporter's peers. */
  readonly near: ReadonlySet<string>;
  /** The importer's peers: what they dial is the exporter. */
  readonly far: Mesh["peers"];
}

/** The peers of the links between two meshes. */
function linkPeers(links: readonly Link[], exporter: Mesh, importer: Mesh): Joined {
  const between = links.filter(
    ({ ends, rejected }) =>
      rejected === null &&
      ends.some(({ mesh }) => mesh === exporter.id) &&
      ends.some(({ mesh }) => mesh === importer.id),
  );
  const keys = (mesh: Mesh) =>
    new Set(between.flatMap(({ ends }) => ends.flatMap((end) => (end.mesh === mesh.id ? [refKey(end.peer)] : []))));
  const far = keys(importer);
  return { near: keys(exporter), far: importer.peers.filter(({ ref }) => far.has(refKey(ref))) };
}

function isIn(joined: ReadonlyMap<unknown, Joined>, side: "near", key: string): boolean {
  return [...joined.values()].some((each) => each[side].has(key));
}

/** A load balancer in name only: it has no address, and its importers dial its ports on the nodes. */
function reachedAtNodes(
  service: Typed<"Service">,
  importers: Mesh["peers"],
  isNode: (dialled: readonly string[]) => boolean,
): boolean {
  if (hasAddress(service)) return false;
  const ports = nodePortsOf(service);
  return importers.some(
    ({ view }) => ports.has(view.spec.remote.servicePort ?? 0) && isNode(view.spec.remote.addresses),
  );
}

function placesOfImporter(routes: readonly CarriedRoute[], importer: Mesh): Places {
  const route = routes.find((each) => each.importer.mesh.id === importer.id);
  if (!route) throw new Error(`no route of ${importer.id}`);
  return route.importer;
}

function addressesOf(gateway: Json): string[] {
  const addresses = valueAt(gateway, "/spec/addresses");
  return (Array.isArray(addresses) ? (addresses as readonly Json[]) : []).flatMap((each) => {
    const value = valueAt(each, "/value");
    return typeof value === "string" ? [value] : [];
  });
}

function annotationsOf(gateway: Json): Json | undefined {
  return valueAt(gateway, "/metadata/annotations");
}
