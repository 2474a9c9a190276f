// Routes → everything that is to exist. One generator per kind does the work; this file only says which are asked for what.
import type { GatewayOptions } from "../core/east-west-options.ts";
import type { MeshId, RouteId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { Federation } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { policiesBehind } from "../policies/policies-of.ts";
import type { Route } from "../routes/route.ts";
import { allowPolicy } from "./allow-policy.ts";
import { type CarriedRoute, carriedRoutes, underOurEntries } from "./carried-routes.ts";
import { denyPolicy } from "./deny-policy.ts";
import { policyReplacements } from "./managed-policies.ts";
import type { DesiredObject, Slot } from "./desired-object.ts";
import { eastWestGateway } from "./east-west-gateway.ts";
import { exportEntries } from "./export-entry.ts";
import { exposeServices } from "./expose-services.ts";
import { autoscalerKind, gatewayAutoscaler, gatewayDisruptionBudget } from "./gateway-availability.ts";
import { gatewayPlacement } from "./gateway-placement.ts";
import { gatewayAnnotations, gatewayServiceObject } from "./gateway-service.ts";
import { type EastWest, eastWestGateways } from "./gateways.ts";
import { oursNow } from "./ours-now.ts";
import type { Reach } from "./reach.ts";
import { importerClients } from "./importer-clients.ts";
import { endpointWeight, joinEntry } from "./join-entry.ts";
import { importEntry, workloadEntry } from "./import-entries.ts";
import { type Exclusion, exclusionsOf } from "./isolation.ts";
import { membershipObject, namespaceObject } from "./namespaces.ts";
import { type PlaceOptions, type Places, type PlacesByMesh, placesOf } from "./places.ts";
import { callersAfterwards, callerToday } from "./service-callers.ts";
import { ruleCopies, subsetRules } from "./rule-copies.ts";
import { remoteGateway } from "./remote-gateway.ts";

export interface Target {
  readonly places: PlacesByMesh;
  /** The routes that leave federation: worked out once for everybody who asks. */
  readonly carried: readonly CarriedRoute[];
  /** In the order of their Gateways' refKeys. */
  readonly gateways: readonly EastWest[];
  /** By exporter: who must be kept out of which service. */
  readonly exclusions: ReadonlyMap<MeshId, readonly Exclusion[]>;
  readonly slots: readonly Slot[];
  /** In the order of refKey. */
  readonly objects: readonly DesiredObject[];
}

export type TargetOptions = PlaceOptions & GatewayOptions;

/** Everything that the carried routes need, each object once. */
export function generateTarget(
  inventory: Inventory,
  federation: Federation,
  routes: readonly Route[],
  podsOf: (mesh: Mesh) => PodIndex,
  options: TargetOptions,
): Target {
  const places = placesOf(inventory, options);
  const carried = carriedRoutes(routes, places);
  const exclusions = exclusionsOf(inventory, carried, federation.exports, federation.links);
  const gateways = eastWestGateways(inventory, federation.links, carried, options);
  const objects: DesiredObject[] = gateways.flatMap((gateway) => gatewayObjects(inventory, gateway));
  const byService = groupBy(carried, ({ exported }) => refKey(exported.service));
  for (const group of byService.values()) objects.push(...exportEntries(group));
  for (const [id, group] of groupBy(carried, ({ exporter }) => exporter.mesh.id))
    objects.push(...denyPolicies(exclusions.get(id) ?? [], group));
  const byImporter = groupBy(carried, ({ importer }) => importer.mesh.id);
  objects.push(...allowPolicies(inventory, federation, byService, byImporter, podsOf));
  for (const group of byImporter.values())
    objects.push(
      ...importerObjects(inventory, group, gateways, podsOf),
      ...ruleCopies(inventory, underOurEntries(group)),
    );
  objects.push(...subsetRules(inventory, carried));
  return {
    places,
    carried,
    gateways,
    exclusions,
    slots: slotsUsed(gateways),
    objects: merged(objects),
  };
}

/** Each slot once: importers of one gateway share those of its Service. */
function slotsUsed(gateways: readonly EastWest[]): Slot[] {
  const slots = gateways.flatMap(({ reaches }) => reaches.flatMap((reach) => reach.slots));
  return sortedBy(new Map(slots.map((slot) => [slot.id, slot])).values(), ({ id }) => id);
}

function gatewayObjects(inventory: Inventory, { places, routes, peers, service }: EastWest): DesiredObject[] {
  const ids = idsOf(routes);
  const before = gatewayServiceObject(places, service, ids);
  const placement = gatewayPlacement(places, peers, ids);
  return [
    ...homeObjects(places, places.gatewayNamespace, ids),
    ...(before ? [before] : []),
    eastWestGateway(places, ids, gatewayAnnotations(service)),
    ...(placement ? [placement] : []),
    gatewayAutoscaler(places, peers, ids, oursNow(inventory, { ...places.gatewayDeployment, ...autoscalerKind })),
    gatewayDisruptionBudget(places, ids),
    exposeServices(
      places,
      routes.map(({ route }) => route),
    ),
    ...policyReplacements(clusterOf(inventory, places.mesh), places, routes, ids),
  ];
}

function denyPolicies(exclusions: readonly Exclusion[], group: readonly CarriedRoute[]): DesiredObject[] {
  const routes = groupBy(group, ({ exported }) => refKey(exported.service));
  return exclusions.flatMap((exclusion) => {
    const ids = idsOf(routes.get(refKey(exclusion.exported.service)) ?? []);
    return denyPolicy(exclusion, ids) ?? [];
  });
}

/** One policy of ours per service at most: for all meshes that it is carried to. */
function allowPolicies(
  inventory: Inventory,
  { links }: Federation,
  byService: ReadonlyMap<string, readonly CarriedRoute[]>,
  byImporter: ReadonlyMap<string, readonly CarriedRoute[]>,
  podsOf: (mesh: Mesh) => PodIndex,
): DesiredObject[] {
  return [...byService.values()].flatMap((group) => {
    const [first] = group;
    const exporter = first?.exporter.mesh;
    const today = exporter ? callerToday(first.exported, exporter, links) : null;
    // A policy has to select the service's pods and no others; by what, a Service without selector does not say.
    if (!exporter || !today || first?.exported.addresses !== null) return [];
    const cluster = clusterOf(inventory, exporter);
    const policies = policiesBehind(cluster, exporter, podsOf(exporter), first.exported.service);
    if (policies.length === 0) return [];
    const importers = [...new Set(group.map(({ importer }) => importer.mesh))];
    const afterwards = importers.flatMap((mesh) =>
      callersAfterwards(importerClients(inventory, byImporter.get(mesh.id) ?? [], podsOf)),
    );
    const { exported } = first;
    return allowPolicy({ exported, exporter, importers, policies, today, afterwards, routes: idsOf(group) }) ?? [];
  });
}

function importerObjects(
  inventory: Inventory,
  group: readonly CarriedRoute[],
  gateways: readonly EastWest[],
  podsOf: (mesh: Mesh) => PodIndex,
): DesiredObject[] {
  const [first] = group;
  if (!first) return [];
  const { importer } = first;
  const objects = homeObjects(importer, importer.entryNamespace, idsOf(group));
  for (const ofExporter of groupBy(group, ({ exporter }) => exporter.mesh.id).values()) {
    const [one] = ofExporter;
    const reach = one && reachTo(gateways, one);
    if (reach) objects.push(remoteGateway(importer, one.exporter, reach, idsOf(ofExporter)));
  }
  for (const backends of groupBy(group, ({ route }) => route.id).values()) {
    objects.push(
      ...backends.flatMap(
        (each) =>
          joinEntry(each, (ref) => endpointWeight(inventory, each, ref, podsOf(importer.mesh))) ?? workloadEntry(each),
      ),
      ...underOurEntries(backends)
        .slice(0, 1)
        .map(({ route }) => importEntry(route, backends)),
    );
  }
  return objects;
}

function reachTo(gateways: readonly EastWest[], { exporter, importer }: CarriedRoute): Reach | undefined {
  const key = refKey(exporter.gateway);
  return gateways
    .find(({ places }) => refKey(places.gateway) === key)
    ?.reaches.find((reach) => reach.importer.id === importer.mesh.id);
}

function homeObjects({ mesh }: Places, namespace: string, routes: readonly RouteId[]): DesiredObject[] {
  const home = namespaceObject(mesh, namespace, routes);
  return mesh.mode === "MultiTenant" ? [home, membershipObject(mesh, namespace, routes)] : [home];
}

function idsOf(group: readonly CarriedRoute[]): RouteId[] {
  return sortedUnique(group.map(({ route }) => route.id));
}

/** In the order of refKey. A mesh that exports and imports may name one namespace for both: its objects are then the same, and needed by both. */
function merged(objects: readonly DesiredObject[]): DesiredObject[] {
  const byKey = groupBy(objects, ({ ref }) => refKey(ref));
  return sortedBy(byKey, ([key]) => key).flatMap(([, [first, ...same]]) => {
    if (!first) return [];
    if (same.length === 0 && first.routes.length < 2) return [first];
    return [{ ...first, routes: sortedUnique([first, ...same].flatMap(({ routes }) => routes)) }];
  });
}
