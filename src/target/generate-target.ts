// Routes → everything that is to exist. One generator per kind does the work; this file only says which are asked for what.
import type { MeshId, RouteId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { Federation } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import { policiesBehind } from "../policies/policies-of.ts";
import type { Route } from "../routes/route.ts";
import { allowPolicy } from "./allow-policy.ts";
import { type CarriedRoute, carriedRoutes } from "./carried-routes.ts";
import { denyPolicy } from "./deny-policy.ts";
import { policyReplacements } from "./managed-policies.ts";
import type { DesiredObject, Slot } from "./desired-object.ts";
import { eastWestGateway } from "./east-west-gateway.ts";
import { exportEntry } from "./export-entry.ts";
import { exposeServices } from "./expose-services.ts";
import { autoscalerKind, gatewayAutoscaler, gatewayDisruptionBudget } from "./gateway-availability.ts";
import { gatewayAnnotations } from "./load-balancer.ts";
import { importerClients } from "./importer-clients.ts";
import { importEntry, workloadEntry } from "./import-entries.ts";
import { type Exclusion, exclusionsOf } from "./isolation.ts";
import { membershipObject, namespaceObject } from "./namespaces.ts";
import { type PlaceOptions, type Places, type PlacesByMesh, placesOf } from "./places.ts";
import { callersAfterwards, callerToday } from "./service-callers.ts";
import { gatewayAddresses, remoteGateway } from "./remote-gateway.ts";

export interface Target {
  readonly places: PlacesByMesh;
  /** By exporter: who must be kept out of which service. */
  readonly exclusions: ReadonlyMap<MeshId, readonly Exclusion[]>;
  readonly slots: readonly Slot[];
  /** In the order of refKey. */
  readonly objects: readonly DesiredObject[];
}

/** Everything that the carried routes need, each object once. */
export function generateTarget(
  inventory: Inventory,
  federation: Federation,
  routes: readonly Route[],
  podsOf: (mesh: Mesh) => PodIndex,
  options: PlaceOptions,
): Target {
  const places = placesOf(inventory, options);
  const carried = carriedRoutes(routes, places);
  const exclusions = exclusionsOf(inventory, carried, federation.exports, federation.links);
  const objects: DesiredObject[] = [];
  for (const [id, group] of groupBy(carried, ({ exporter }) => exporter.mesh.id))
    objects.push(...exporterObjects(inventory, group), ...denyPolicies(exclusions.get(id) ?? [], group));
  objects.push(...allowPolicies(inventory, federation, carried, podsOf));
  for (const group of groupBy(carried, ({ importer }) => importer.mesh.id).values())
    objects.push(...importerObjects(group));
  const exporters = new Map(carried.map(({ exporter }) => [exporter.mesh.id, exporter]));
  return {
    places,
    exclusions,
    slots: sortedBy([...exporters.values()].map(gatewayAddresses), ({ id }) => id),
    objects: sortedBy(merged(objects), ({ ref }) => refKey(ref)),
  };
}

function exporterObjects(inventory: Inventory, group: readonly CarriedRoute[]): DesiredObject[] {
  const [first] = group;
  if (!first) return [];
  const { exporter } = first;
  const ids = idsOf(group);
  const objects = [
    ...homeObjects(exporter, exporter.gatewayNamespace, ids),
    eastWestGateway(exporter, ids, annotationsOf(inventory, exporter)),
    gatewayAutoscaler(exporter, ids, oursNow(inventory, { ...exporter.gatewayDeployment, ...autoscalerKind })),
    gatewayDisruptionBudget(exporter, ids),
    exposeServices(
      exporter,
      group.map(({ route }) => route),
    ),
    ...policyReplacements(clusterOf(inventory, exporter.mesh), exporter, group, ids),
  ];
  for (const ofService of groupBy(group, ({ exported }) => refKey(exported.service)).values()) {
    const [one] = ofService;
    const entry =
      one &&
      exportEntry(
        exporter,
        one.exported,
        ofService.map(({ route }) => route),
      );
    if (entry) objects.push(entry);
  }
  return objects;
}

function annotationsOf(inventory: Inventory, { mesh, gateway }: Places): Readonly<Record<string, string>> {
  const annotations = valueAt(oursNow(inventory, gateway), "/metadata/annotations");
  const existing = Object.entries(isJsonObject(annotations) ? annotations : {}).filter(
    (each): each is [string, string] => typeof each[1] === "string",
  );
  return gatewayAnnotations(clusterOf(inventory, mesh), mesh, Object.fromEntries(existing));
}

/** An object of ours as it is now, or null. */
function oursNow(inventory: Inventory, ref: ObjectRef): Json {
  const object = inventory.clusters.find(({ id }) => id === ref.cluster)?.objects.get(refKey(ref));
  return object && isOurs(object) ? object.body : null;
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
  carried: readonly CarriedRoute[],
  podsOf: (mesh: Mesh) => PodIndex,
): DesiredObject[] {
  const byImporter = groupBy(carried, ({ importer }) => importer.mesh.id);
  return [...groupBy(carried, ({ exported }) => refKey(exported.service)).values()].flatMap((group) => {
    const [first] = group;
    const exporter = first?.exporter.mesh;
    const today = exporter ? callerToday(first.exported, exporter, links) : null;
    if (!exporter || !today) return [];
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

function importerObjects(group: readonly CarriedRoute[]): DesiredObject[] {
  const [first] = group;
  if (!first) return [];
  const { importer } = first;
  const objects = homeObjects(importer, importer.entryNamespace, idsOf(group));
  for (const ofExporter of groupBy(group, ({ exporter }) => exporter.mesh.id).values()) {
    const [one] = ofExporter;
    if (one) objects.push(remoteGateway(importer, one.exporter, idsOf(ofExporter)));
  }
  for (const backends of groupBy(group, ({ route }) => route.id).values()) {
    objects.push(
      ...backends.map(workloadEntry),
      ...backends.slice(0, 1).map(({ route }) => importEntry(route, backends)),
    );
  }
  return objects;
}

function homeObjects({ mesh }: Places, namespace: string, routes: readonly RouteId[]): DesiredObject[] {
  const home = namespaceObject(mesh, namespace, routes);
  return mesh.mode === "MultiTenant" ? [home, membershipObject(mesh, namespace, routes)] : [home];
}

function idsOf(group: readonly CarriedRoute[]): RouteId[] {
  return sortedUnique(group.map(({ route }) => route.id));
}

/** A mesh that exports and imports may name one namespace for both: its objects are then the same, and needed by both. */
function merged(objects: readonly DesiredObject[]): DesiredObject[] {
  return [...groupBy(objects, ({ ref }) => refKey(ref)).values()].flatMap(([first, ...same]) =>
    first ? [{ ...first, routes: routesOf(first, same) }] : [],
  );
}

function routesOf(first: DesiredObject, same: readonly DesiredObject[]): readonly RouteId[] {
  return same.length === 0
    ? sortedUnique(first.routes)
    : sortedUnique([first, ...same].flatMap(({ routes }) => routes));
}
