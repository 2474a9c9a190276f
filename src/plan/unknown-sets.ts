// Links of which nobody can say what they carry, because the sets of an end were not supplied or not readable.
import type { LinkId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import type { Federation, PeerEnd } from "../federation/federation.ts";
import { coverageOf, findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory } from "../inventory/mesh.ts";

type SetKind = "ExportedServiceSet" | "ImportedServiceSet";

/**
 * Links with offers whose imports are not known, and links with imports whose offers are not known. Retiring such a link
 * could take away what somebody uses.
 */
export function linksWithUnknownSets(inventory: Inventory, federation: Federation): ReadonlySet<LinkId> {
  const offered = new Set(federation.unimported.map(({ link, importer }) => `${link}|${importer}`));
  const unknown = federation.links.filter(({ id, ends: [one, other] }) =>
    (
      [
        [one, other],
        [other, one],
      ] as const
    ).some(
      ([exporter, importer]) =>
        (offered.has(`${id}|${importer.mesh}`) && stateOf(inventory, importer, "ImportedServiceSet") === "unknown") ||
        (stateOf(inventory, exporter, "ExportedServiceSet") === "unknown" &&
          stateOf(inventory, importer, "ImportedServiceSet") === "there"),
    ),
  );
  return new Set(unknown.map(({ id }) => id));
}

function stateOf(inventory: Inventory, { mesh: id, peer }: PeerEnd, kind: SetKind): "there" | "not-there" | "unknown" {
  const mesh = inventory.meshes.find((each) => each.id === id);
  if (!mesh) return "unknown";
  const cluster = clusterOf(inventory, mesh);
  const name = `${kind}.federation.maistra.io` as const;
  if (findTyped(cluster, name, mesh.namespace, peer.name)) return "there";
  const unreadable = cluster.objects.has(refKey({ ...peer, kind }));
  return unreadable || ["not-supplied", "forbidden"].includes(coverageOf(cluster, name)) ? "unknown" : "not-there";
}
