// What istiod makes of peers and sets: who is connected, what is exported and imported.
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type MeshId, meshId } from "../../src/core/ids.ts";
import { groupBy, sortedBy } from "../../src/core/order.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import type { Federation } from "../../src/federation/federation.ts";
import { federate } from "../../src/federation/federate.ts";
import { indexPods } from "../../src/federation/pod-index.ts";
import { clusterOf } from "../../src/inventory/mesh.ts";
import { takeInventory } from "../../src/inventory/take-inventory.ts";
import { ingressSlot, serviceMeshPeer } from "../../src/scaffold/objects/peer.ts";
import { exportedServiceSet, importedServiceSet } from "../../src/scaffold/objects/service-sets.ts";
import { type Export, type Import, meshNamed, type Scaffold, type ScaffoldMesh } from "../../src/scaffold/scaffold.ts";
import { metaOf, objectAt, type Place, textAt, timeAt } from "./place.ts";

/** The peer, connected both ways. */
export function livePeer(
  place: Place,
  near: ScaffoldMesh,
  far: ScaffoldMesh,
  addresses: Readonly<Record<string, string>>,
  istiods: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const slot = ingressSlot(far);
  const { body } = serviceMeshPeer(near, far);
  const filled = slot === null ? body : fillSlots(body, new Map([[slot.id, [addresses[far.name] ?? ""]]]));
  const connected = { connected: true, lastConnected: timeAt(427), lastEvent: timeAt(686), lastFullSync: timeAt(995) };
  const status = {
    discoveryStatus: {
      active: [
        {
          pod: metaOf(istiods.get(near.name) ?? {}).name,
          remotes: [{ ...connected, source: objectAt(istiods.get(far.name), "status")["podIP"] ?? "" }],
          watch: connected,
        },
      ],
    },
  };
  return place.stamped({ ...filled, status }, 382, { generation: 1 });
}

interface PlacedSet {
  readonly cluster: string;
  readonly body: JsonObject;
  readonly seconds: number;
  /** Of a federation: what the set's status lists. */
  readonly rows: (federation: Federation) => readonly JsonObject[];
}

/** The sets of every cluster with the status that istiod gives them: by the product's own reading of federation. */
export function livePeerSets(
  scaffold: Scaffold,
  inputs: readonly ClusterInput[],
  places: ReadonlyMap<string, Place>,
): ReadonlyMap<string, readonly JsonObject[]> {
  const sets = [
    ...scaffold.exports.map((each) => exportedSet(scaffold, each)),
    ...scaffold.imports.map((each) => importedSet(scaffold, each)),
  ];
  const byCluster = groupBy(sets, ({ cluster }) => cluster);
  const federation = federationOf(
    inputs.map((input) =>
      withBodies(
        input,
        (byCluster.get(input.id) ?? []).map(({ body }) => body),
      ),
    ),
  );
  const live = new Map<string, JsonObject[]>();
  for (const [cluster, own] of byCluster) {
    const place = places.get(cluster);
    if (!place) throw new Error(`no place for ${cluster}`);
    live.set(
      cluster,
      own.map(({ body, seconds, rows }) => {
        const field = body["kind"] === "ExportedServiceSet" ? "exportedServices" : "importedServices";
        const status = { [field]: sortedBy(rows(federation), (each) => textAt(each, "exportedName")) };
        return place.stamped({ ...body, status }, seconds, { generation: 1 });
      }),
    );
  }
  return live;
}

function exportedSet(scaffold: Scaffold, set: Export): PlacedSet {
  const [exporter, importer] = [meshNamed(scaffold, set.from), meshNamed(scaffold, set.to)];
  const rows = ({ exports }: Federation): JsonObject[] =>
    exports
      .filter((each) => each.exporter === idOf(exporter) && each.importer === idOf(importer))
      .map(({ service, exportedHost, localHost }) =>
        row(exportedHost, { hostname: localHost, name: service.name, namespace: service.namespace ?? "" }),
      );
  return { cluster: exporter.cluster, body: exportedServiceSet(exporter, importer, set).body, seconds: 685, rows };
}

function importedSet(scaffold: Scaffold, set: Import): PlacedSet {
  const [importer, exporter] = [meshNamed(scaffold, set.into), meshNamed(scaffold, set.from)];
  const rows = ({ imports }: Federation): JsonObject[] =>
    imports
      .filter((each) => each.exporter === idOf(exporter) && each.importer === idOf(importer))
      .map(({ exportedHost, host }) => {
        const [name = "", namespace = ""] = host.split(".");
        return row(exportedHost, { hostname: host, name, namespace });
      });
  return { cluster: importer.cluster, body: importedServiceSet(importer, exporter, set).body, seconds: 751, rows };
}

function row(exportedName: string, localService: JsonObject): JsonObject {
  return { exportedName, localService };
}

function idOf({ cluster, namespace, controlPlane }: ScaffoldMesh): MeshId {
  return meshId(cluster, namespace, controlPlane);
}

function federationOf(inputs: readonly ClusterInput[]) {
  const inventory = takeInventory(inputs);
  return federate(inventory, (mesh) => indexPods(clusterOf(inventory, mesh)), { pairs: [], runners: [] });
}

function withBodies(input: ClusterInput, bodies: readonly JsonObject[]): ClusterInput {
  const objects = bodies.map((body) => {
    const { name, namespace } = metaOf(body);
    const kind = textAt(body, "kind");
    const ref = { cluster: input.id, group: "federation.maistra.io", kind, namespace, name };
    return { ref, apiVersion: textAt(body, "apiVersion"), origin: { cluster: input.id }, body };
  });
  const coverage = Object.fromEntries(objects.map(({ ref }) => [`${ref.kind}.${ref.group}`, "listed" as const]));
  return { ...input, objects: [...input.objects, ...objects], coverage: { ...input.coverage, ...coverage } };
}
