// The names of what we make: stable, derived from what they stand for, within Kubernetes' limits.
import { shortHash } from "../core/hash.ts";
import type { Host, SlotId } from "../core/ids.ts";
import { slotId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { managedByLabel, managedByUs } from "../inventory/ownership.ts";

/** Selects one exporter's east-west gateway; ours, because Istio's own gateway-name label changed with 1.24. */
export const gatewayLabel = "meshferry.dev/east-west";
/** Ties a host's WorkloadEntries to its ServiceEntry. */
export const hostLabel = "meshferry.dev/host";
/** The route that an entry carries, so that a migration can be read from the clusters alone. */
export const routeAnnotation = "meshferry.dev/route";

/** On our namespaces and Gateways: whose they are, so that planning again finds them under the names they have. */
export const meshAnnotation = "meshferry.dev/mesh";
/** On a remote Gateway, and on a gateway that serves one importer alone. */
export const importerAnnotation = "meshferry.dev/importer";

/** The port of federation's data path, and of every east-west gateway. */
export const eastWestPort = 15443;

/** A text cut to `limit` characters; what is cut off is kept apart by a hash. */
export function fitted(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const hash = shortHash(text);
  return `${text.slice(0, limit - hash.length - 1).replace(/[^a-z0-9]+$/u, "")}-${hash}`;
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
