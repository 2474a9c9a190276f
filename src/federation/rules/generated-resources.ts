// The Gateway and VirtualService that istiod makes, in memory only, for every export and every import: their names, when their
// validation refuses them, and who wins when two services get one name.
import { sha256Hex } from "../../core/hash.ts";
import { isDnsLabel, isGatewayHost, isWildcardDomain, MAX_LABEL_LENGTH } from "./dns-name.ts";
import type { ServiceName } from "./name-mapping.ts";

export type ResourcePrefix = "fed-exp" | "fed-imp";

const HASH_LENGTH = 8;

/**
 * The name that Gateway and VirtualService share. It is put together with "-" only, so that `a-b` in `c` and `a` in `b-c` meet;
 * over 63 characters it is cut and ends in a hash of the whole (Maistra 2.5, pkg/servicemesh/federation/common/util.go).
 */
export function generatedResourceName(prefix: ResourcePrefix, peerName: string, source: ServiceName): string {
  const name = `${prefix}-${source.name}-${source.namespace}-${peerName}`;
  if (name.length <= MAX_LABEL_LENGTH) return name;
  const hash = sha256Hex(name).slice(0, HASH_LENGTH);
  return name.slice(0, MAX_LABEL_LENGTH - HASH_LENGTH) + hash;
}

/** The pair of resources for one export or import. */
export interface GeneratedResources {
  readonly resourceName: string;
  /** The control plane's. */
  readonly namespace: string;
  /** The host that the gateway serves, with everything below it. */
  readonly host: string;
  /** Where the VirtualService sends what arrives. */
  readonly destination: string;
}

/** The part of the generated pair that istiod's validation refuses. */
export type RefusedPart = "resource-name" | "host" | "namespace" | "destination";

/** The hosts of the generated Gateway's server (Maistra 2.5, pkg/servicemesh/federation/server/routing.go). */
export function gatewayHosts(host: string): readonly [string, string] {
  return [host, `*.${host}`];
}

function refusedInGateway({ resourceName, host }: GeneratedResources): RefusedPart | null {
  if (!isDnsLabel(resourceName)) return "resource-name";
  return gatewayHosts(host).every(isGatewayHost) ? null : "host";
}

function refusedInVirtualService({ namespace, destination }: GeneratedResources): RefusedPart | null {
  if (!isDnsLabel(namespace)) return "namespace";
  return isWildcardDomain(destination) && destination !== "*" ? null : "destination";
}

/**
 * Why istiod cannot make the pair, or null. The export or import is then only logged as an error: no status row, no traffic
 * (Maistra 2.5, pkg/servicemesh/federation/server/server.go, addService; pkg/config/validation/validation.go).
 */
export function refusedPart(resources: GeneratedResources): RefusedPart | null {
  return refusedInGateway(resources) ?? refusedInVirtualService(resources);
}

export interface HeldResources {
  readonly gatewayHosts: readonly [string, string];
  /** null: a Gateway was made, but its VirtualService was refused. */
  readonly routeHost: string | null;
}

/**
 * What istiod holds under each resource name after making the pairs in the order given. A later pair of the same name replaces the
 * earlier one, whose traffic then goes to the wrong service (Maistra 2.5, pkg/servicemesh/federation/server/routing.go and
 * pilot/pkg/serviceregistry/federation/routing.go).
 */
export function heldResources(pairs: Iterable<GeneratedResources>): ReadonlyMap<string, HeldResources> {
  const held = new Map<string, HeldResources>();
  for (const pair of pairs) {
    if (refusedInGateway(pair) !== null) continue;
    const before = held.get(pair.resourceName);
    const routeHost = refusedInVirtualService(pair) === null ? pair.destination : (before?.routeHost ?? null);
    held.set(pair.resourceName, { gatewayHosts: gatewayHosts(pair.host), routeHost });
  }
  return held;
}
