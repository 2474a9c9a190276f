// Who answers to a host today, beside federation: what a new entry of ours could run into.
import type { Host } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import type { ExportedService, Federation, ImportedService } from "../federation/federation.ts";
import { watchedNamespaces } from "../federation/mesh-registry.ts";
import { findTyped, type Typed } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";

export interface HostsInUse {
  /** The Kubernetes Service of that cluster-local name in the mesh's cluster. */
  readonly service: (mesh: Mesh, host: Host) => Typed<"Service"> | null;
  /** "MESH|HOST" → a ServiceEntry that the mesh's istiod knows and that is not ours. */
  readonly entries: ReadonlyMap<string, ObjectRef>;
  /** "EXPORTER|HOST" → the services that importers know under this host. */
  readonly exposed: ReadonlyMap<string, readonly ObjectRef[]>;
  /** "IMPORTER|HOST" → what the mesh imports as this host, except what joins a Service of its own. */
  readonly imported: ReadonlyMap<string, readonly ExportedService[]>;
}

/** One text per offer of one link and direction: joins exports and imports. */
export function offerKey(of: Pick<ExportedService | ImportedService, "link" | "importer" | "exportedHost">): string {
  return `${of.link}|${of.importer}|${of.exportedHost}`;
}

export function hostsInUse(inventory: Inventory, federation: Federation): HostsInUse {
  const offered = groupBy(federation.exports, offerKey);
  return {
    service: (mesh, host) => {
      const suffix = `.svc.${mesh.clusterDomain}`;
      const [name, namespace, ...more] = host.endsWith(suffix) ? host.slice(0, -suffix.length).split(".") : [];
      if (!name || !namespace || more.length > 0) return null;
      return findTyped(clusterOf(inventory, mesh), "Service", namespace, name) ?? null;
    },
    entries: entriesOfOthers(inventory),
    exposed: exposedServices(federation, offered),
    imported: importedServices(federation, offered),
  };
}

function entriesOfOthers(inventory: Inventory): ReadonlyMap<string, ObjectRef> {
  const entries = new Map<string, ObjectRef>();
  for (const mesh of inventory.meshes) {
    const cluster = clusterOf(inventory, mesh);
    const watched = watchedNamespaces(cluster, mesh);
    for (const entry of cluster.typed["ServiceEntry.networking.istio.io"]) {
      if (isOurs(entry.object) || !watched(entry.ref.namespace ?? "")) continue;
      for (const host of entry.view.spec.hosts) entries.set(`${mesh.id}|${host}`, entry.ref);
    }
  }
  return entries;
}

type Offered = ReadonlyMap<string, readonly ExportedService[]>;

function exposedServices({ imports }: Federation, offered: Offered): ReadonlyMap<string, readonly ObjectRef[]> {
  const exposed = new Map<string, ObjectRef[]>();
  for (const imported of imports) {
    for (const from of offered.get(offerKey(imported)) ?? []) {
      if (from.infrastructure) continue;
      const key = `${from.exporter}|${imported.host}`;
      const services = exposed.get(key) ?? [];
      if (!services.some((each) => refKey(each) === refKey(from.service))) services.push(from.service);
      exposed.set(key, services);
    }
  }
  return exposed;
}

function importedServices({ imports }: Federation, offered: Offered): ReadonlyMap<string, readonly ExportedService[]> {
  const byHost = groupBy(
    imports.filter(({ joins }) => joins === null),
    ({ importer, host }) => `${importer}|${host}`,
  );
  return new Map([...byHost].map(([key, its]) => [key, its.flatMap((each) => offered.get(offerKey(each)) ?? [])]));
}
