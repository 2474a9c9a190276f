// Imports that our own entries carry, and that the sets no longer name, because the migration has taken the sets away.
import type { LinkId, MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import { findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import type { ExportedService, ImportedService } from "./federation.ts";
import { readRecord, recordAnnotation, type RouteRecord } from "./route-record.ts";

export interface RecordedImport {
  readonly record: RouteRecord;
  readonly importer: Mesh;
  readonly exporter: Mesh;
  readonly locality: string | null;
  /** The local Service that the endpoint joins: then it lies beside that Service, not in a namespace of ours. */
  readonly joins: ObjectRef | null;
}

/**
 * The recorded imports of which a set is gone, at either end. A set that is there decides by itself: a rule that somebody
 * has taken out of it is not brought back.
 */
export function recordedImports(inventory: Inventory): RecordedImport[] {
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const found = inventory.clusters.flatMap((cluster) =>
    cluster.typed["WorkloadEntry.networking.istio.io"].flatMap(({ ref, object, view }): RecordedImport[] => {
      const record = isOurs(object) ? readRecord(view.metadata.annotations[recordAnnotation] ?? "") : null;
      const importer = record && meshes.get(record.importer);
      const exporter = record && meshes.get(record.exporter);
      if (!importer || !exporter || importer.cluster !== cluster.id) return [];
      const [name = ""] = record.host.split(".");
      const beside = ref.namespace === record.homeNamespace && record.homeNamespace !== importer.namespace;
      const joins = beside ? (findTyped(cluster, "Service", ref.namespace, name)?.ref ?? null) : null;
      return [{ record, importer, exporter, locality: view.spec.locality || null, joins }];
    }),
  );
  const retired = found.filter(
    ({ record: { link }, importer, exporter }) =>
      !hasSet(inventory, exporter, link, "ExportedServiceSet") ||
      !hasSet(inventory, importer, link, "ImportedServiceSet"),
  );
  return sortedBy(
    retired,
    ({ record }) => record.importer,
    ({ record }) => record.host,
    ({ record }) => record.exportedHost,
    ({ record }) => record.link,
  );
}

/** A set is named like the peer of its own end (maistra/api federation/v1). */
function hasSet(
  inventory: Inventory,
  mesh: Mesh,
  link: LinkId,
  kind: "ExportedServiceSet" | "ImportedServiceSet",
): boolean {
  const own = `${mesh.cluster}/${mesh.namespace}/`;
  const peer = link.split("<->").find((end) => end.startsWith(own));
  const cluster = clusterOf(inventory, mesh);
  return (
    peer !== undefined && !!findTyped(cluster, `${kind}.federation.maistra.io`, mesh.namespace, peer.slice(own.length))
  );
}

/** The import as it was while the sets were there. */
export function importedAsRecorded({ record, importer, exporter, locality, joins }: RecordedImport): ImportedService {
  return {
    link: record.link,
    importer: importer.id,
    exporter: exporter.id,
    exportedHost: record.exportedHost,
    host: record.host,
    // A local host's service lives in its alias namespace, any other in the control plane's (Maistra 2.5).
    asLocal: record.homeNamespace !== importer.namespace,
    homeNamespace: record.homeNamespace,
    joins,
    locality,
    status: "no-status",
  };
}

/** One text per offer over a link in one direction. */
export function offerOf(of: {
  readonly link: LinkId;
  readonly importer: MeshId;
  readonly exportedHost: ExportedService["exportedHost"];
}): string {
  return `${of.link}|${of.importer}|${of.exportedHost}`;
}
