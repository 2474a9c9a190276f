// What two peers must agree on to be the two ends of one link, each fact seen from one end.
import { certificateHashes } from "../core/certificates.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { rootKey } from "../inventory/roots.ts";
import type { LinkFact } from "./federation.ts";
import { egressIdentity, ingressService, outsideAddresses } from "./gateways.ts";

/** One end of a possible link. */
export interface Side {
  readonly cluster: Cluster;
  readonly mesh: Mesh;
  readonly peer: Typed<"ServiceMeshPeer.federation.maistra.io">;
}

/** What the peer of `near` claims about the mesh of `far`, and whether it is so. */
export function factsSeenFrom(near: Side, far: Side): LinkFact[] {
  return [address(near, far), trustDomain(near, far), clientId(near, far), root(near, far)];
}

function address(near: Side, far: Side): LinkFact {
  const claimed = near.peer.view.spec.remote.addresses;
  const service = ingressService(far.cluster, far.mesh, far.peer);
  const actual = service ? outsideAddresses(far.cluster, service) : [];
  return {
    fact: "address",
    peer: near.peer.ref,
    agrees: actual.length === 0 ? null : claimed.some((each) => actual.includes(each)),
    claimed: claimed.join(", "),
    actual: actual.join(", "),
  };
}

function trustDomain(near: Side, far: Side): LinkFact {
  const claimed = near.peer.view.spec.security.trustDomain;
  const actual = far.mesh.trustDomain;
  return { fact: "trust-domain", peer: near.peer.ref, agrees: claimed === actual, claimed, actual };
}

function clientId(near: Side, far: Side): LinkFact {
  const claimed = near.peer.view.spec.security.clientID.replace(/^spiffe:\/\//u, "");
  const actual = egressIdentity(far.mesh, far.peer);
  return { fact: "client-id", peer: near.peer.ref, agrees: claimed === actual, claimed, actual };
}

function root(near: Side, far: Side): LinkFact {
  const { name, key } = peerRootLocation(near.peer);
  const configMap = findTyped(near.cluster, "ConfigMap", near.peer.ref.namespace, name);
  const claimed = certificateHashes(configMap?.view.data[key] ?? "");
  const actual = far.mesh.roots;
  return {
    fact: "root",
    peer: near.peer.ref,
    agrees: configMap === undefined || !actual.known ? null : holdsAll(actual.value.certificates, claimed),
    claimed: claimed.map(short).join(", "),
    actual: actual.known ? actual.value.certificates.map(short).join(", ") : "",
  };
}

/** A mesh whose bundle has grown by other roots, as the trust phase makes it grow, still is what its peers name. */
function holdsAll(bundle: readonly string[], claimed: readonly string[]): boolean {
  return claimed.length > 0 && claimed.every((each) => bundle.includes(each));
}

/** The ConfigMap that holds the remote root; the defaults are those of maistra/api federation/v1, ServiceMeshPeer. */
export function peerRootLocation(peer: Side["peer"]): { readonly name: string; readonly key: string } {
  const { name, key } = peer.view.spec.security.certificateChain;
  return { name: name || `${peer.ref.name}-ca-root-cert`, key: key || rootKey };
}

function short(hash: string): string {
  return hash.slice("sha256:".length, "sha256:".length + 12);
}
