// Whether istiod accepts a ServiceMeshPeer at all. A refused peer has no exports, no imports and no status that says why.
import { isDnsLabel } from "./dns-name.ts";

export interface PeerName {
  readonly name: string;
  readonly namespace: string;
}

/**
 * Gateways that the discovery VirtualService for incoming requests names: once for itself, once per route
 * (Maistra 2.5, pkg/servicemesh/federation/discovery/discovery.go).
 */
const GATEWAY_MENTIONS = 3;

/**
 * istiod's own error text for a peer that it refuses, or null. Of the discovery resources only the last one's error counts, the
 * ingress VirtualService's, whose gateway is called `federation-discovery-PEER-ingress`: with more than 34 characters or a dot in
 * PEER that is no DNS label (Maistra 2.5, pkg/servicemesh/federation/discovery/discovery.go, createDiscoveryResources).
 */
export function peerRejection(peer: PeerName): string | null {
  const gateway = `federation-discovery-${peer.name}-ingress`;
  const mention: string[] = [];
  if (!isDnsLabel(peer.namespace)) mention.push(`invalid value for namespace: ${JSON.stringify(peer.namespace)}`);
  if (!isDnsLabel(gateway)) mention.push(`invalid value for gateway name: ${JSON.stringify(gateway)}`);
  if (mention.length === 0) return null;
  const errors = Array.from({ length: GATEWAY_MENTIONS }, () => mention).flat();
  return `${errors.length} errors occurred:\n\t${errors.map((error) => `* ${error}`).join("\n\t")}\n\n`;
}
