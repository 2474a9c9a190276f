// Who could reach an exported service after the migration, and could not before: what our own policies must keep out.
import type { MeshId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import type { ExportedService, Link } from "../federation/federation.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import { type OwnRoots, ownRoots } from "../inventory/roots.ts";
import type { CarriedRoute } from "./carried-routes.ts";

/** One exposed service and the meshes that it was never exported to, although their root will be trusted. */
export interface Exclusion {
  readonly exported: ExportedService;
  /** Trust domains that a policy can keep out; sorted. */
  readonly domains: readonly string[];
  /** Meshes that no policy can tell from those who may call; in the order of their ids. */
  readonly inseparable: readonly MeshId[];
}

/**
 * The exclusions of every exporter, in the order of its services. Federation let in the peer that a service was exported
 * to, by its client identity; a passthrough gateway lets in whoever holds a certificate of a trusted root (Istio 1.20,
 * AUTO_PASSTHROUGH: no TLS is ended there).
 */
export function exclusionsOf(
  inventory: Inventory,
  carried: readonly CarriedRoute[],
  exports: readonly ExportedService[],
  links: readonly Link[],
): ReadonlyMap<MeshId, readonly Exclusion[]> {
  const roots = ownRoots(inventory.meshes);
  const offered = groupBy(exports, ({ exporter }) => exporter);
  const exposed = groupBy(carried, ({ exporter }) => exporter.mesh.id);
  return new Map(
    [...exposed].flatMap(([id, group]) => {
      const exporter = group[0]?.exporter.mesh;
      if (!exporter) return [];
      const trusted = trustedMeshes(inventory, exporter, carried, links, roots);
      return [[id, exclusionsOfMesh(exporter, trusted, group, offered.get(id) ?? [])]];
    }),
  );
}

function exclusionsOfMesh(
  exporter: Mesh,
  trusted: readonly Mesh[],
  exposed: readonly CarriedRoute[],
  offered: readonly ExportedService[],
): Exclusion[] {
  const offers = groupBy(offered, ({ service }) => refKey(service));
  const neighbours = groupBy(offered, ({ service }) => service.namespace ?? "");
  const services = new Map(exposed.map(({ exported }) => [refKey(exported.service), exported]));
  return sortedBy(services.values(), ({ service }) => refKey(service)).flatMap((exported) => {
    const allowed = new Set((offers.get(refKey(exported.service)) ?? []).map(({ importer }) => importer));
    const strangers = trusted.filter(({ id }) => !allowed.has(id));
    if (strangers.length === 0) return [];
    const known = new Set([
      exporter.trustDomain,
      ...trusted.filter(({ id }) => allowed.has(id)).map(({ trustDomain }) => trustDomain),
    ]);
    const beside = neighbours.get(exported.service.namespace ?? "") ?? [];
    const separable = (mesh: Mesh): boolean =>
      !known.has(mesh.trustDomain) &&
      !beside.some((other) => other.importer === mesh.id && sharesPods(exported, other));
    return [
      {
        exported,
        domains: sortedUnique(strangers.filter(separable).map(({ trustDomain }) => trustDomain)),
        inseparable: strangers.filter((mesh) => !separable(mesh)).map(({ id }) => id),
      },
    ];
  });
}

/**
 * The other meshes that the exporter's proxies trust: those that a peer names, those that routes are shared with (their
 * root is added by the trust phase), and those with a root that is trusted already.
 */
function trustedMeshes(
  inventory: Inventory,
  exporter: Mesh,
  carried: readonly CarriedRoute[],
  links: readonly Link[],
  own: OwnRoots,
): Mesh[] {
  const linked = links
    .filter(({ rejected, ends }) => rejected === null && ends.some(({ mesh }) => mesh === exporter.id))
    .flatMap(({ ends }) => ends.map(({ mesh }) => mesh));
  const partners = new Set<MeshId>([
    ...linked,
    ...carried.flatMap((each) =>
      each.exporter.mesh.id === exporter.id
        ? [each.importer.mesh.id]
        : each.importer.mesh.id === exporter.id
          ? [each.exporter.mesh.id]
          : [],
    ),
  ]);
  const hashes = ({ id }: Mesh) => (own.get(id) ?? []).map(({ hash }) => hash);
  const roots = new Set(inventory.meshes.filter(({ id }) => id === exporter.id || partners.has(id)).flatMap(hashes));
  return inventory.meshes.filter(
    (mesh) => mesh.id !== exporter.id && (partners.has(mesh.id) || hashes(mesh).some((hash) => roots.has(hash))),
  );
}

/** Whether a policy for one service's pods and ports would also hit another service of its namespace. */
function sharesPods(one: ExportedService, other: ExportedService): boolean {
  const contradicts = Object.keys(one.podLabels).some(
    (key) => Object.hasOwn(other.podLabels, key) && other.podLabels[key] !== one.podLabels[key],
  );
  if (contradicts || refKey(one.service) === refKey(other.service)) return false;
  const ports = new Set(targetPorts(one));
  return targetPorts(other).some((port) => ports.has(port));
}

/** The numbers at which a service's workloads listen, as far as they are known; sorted. */
export function targetPorts({ ports }: ExportedService): string[] {
  return sortedUnique(ports.flatMap(({ targetPort }) => (targetPort.known ? [String(targetPort.value)] : [])));
}
