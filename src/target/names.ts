// The names of what we make: stable, derived from what they stand for, within Kubernetes' limits.
import { shortHash } from "../core/hash.ts";
import type { Host, SlotId } from "../core/ids.ts";
import { slotId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { managedByLabel, managedByUs } from "../inventory/ownership.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";

/** Selects one exporter's east-west gateway; ours, because Istio's own gateway-name label changed with 1.24. */
export const gatewayLabel = "meshferry.dev/east-west";
/** Ties a host's WorkloadEntries to its ServiceEntry. */
export const hostLabel = "meshferry.dev/host";
/** The route that an entry carries, so that a migration can be read from the clusters alone. */
export const routeAnnotation = "meshferry.dev/route";

/** The port of federation's data path, and of every east-west gateway. */
export const eastWestPort = 15443;

/** A text cut to `limit` characters; what is cut off is kept apart by a hash. */
export function fitted(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const hash = shortHash(text);
  return `${text.slice(0, limit - hash.length - 1).replace(/[^a-z0-9]+$/u, "")}-${hash}`;
}

/** "" where a mesh is the only one of its cluster, else "-NAMESPACE-NAME": keeps several meshes' objects apart. */
export function meshSuffix(inventory: Inventory, mesh: Mesh): string {
  const others = inventory.meshes.filter(({ cluster, id }) => cluster === mesh.cluster && id !== mesh.id);
  if (others.length === 0) return "";
  const plain = (each: Mesh): string => `-${each.namespace}-${each.name}`;
  // "a-b" and "c" read like "a" and "b-c".
  const alike = others.some((other) => plain(other) === plain(mesh));
  return fitted(alike ? `${plain(mesh)}-${shortHash(mesh.id)}` : plain(mesh), 40);
}

/** The network name by which an importer knows an exporting mesh: its own word, never federation's `network-<peer>`. */
export function remoteNetworkName(inventory: Inventory, exporter: Mesh): string {
  return fitted(`meshferry-${exporter.cluster}${meshSuffix(inventory, exporter)}`, 63);
}

/** A host as a label value (at most 63 characters). */
export function hostLabelValue(host: Host): string {
  return fitted(host, 63);
}

/** The labels that every object of ours carries. */
export const ourLabels: Readonly<Record<string, string>> = { [managedByLabel]: managedByUs };

/** The slot for the addresses of a gateway's Service. */
export function addressSlot(service: ObjectRef): SlotId {
  return slotId(`addresses:${refKey(service)}`);
}
