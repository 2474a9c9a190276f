// What two peers must agree on to be the two ends of one link, each fact seen from one end.
import { certificateBlocks, certificateHashes } from "../core/certificates.ts";
import type { Hash } from "../core/hash.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import type { Mesh, RootBundle } from "../inventory/mesh.ts";
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
  const text = configMap?.view.data[key];
  const claimed = certificateHashes(text ?? "");
  const actual = far.mesh.roots;
  const noKey = configMap !== undefined && text === undefined ? `nothing: ConfigMap ${name} has no key ${key}` : "";
  const renewed = actual.known && isRenewal(near, claimed, far, actual.value.certificates);
  return {
    fact: "root",
    peer: near.peer.ref,
    agrees: configMap === undefined || !actual.known ? null : isNamed(actual.value, claimed),
    claimed: noKey || described(near, claimed),
    actual: actual.known
      ? `${described(far, actual.value.certificates)}${renewed ? ", of the same name: renewed since" : ""}`
      : "",
  };
}

/**
 * A mesh whose bundle has grown by other roots, as the trust phase makes it grow, still is what its peers name; and so is one
 * whose own root, the first of its bundle, stands among others in the peer's ConfigMap, as it does while a root is replaced.
 */
function isNamed({ pem, certificates }: RootBundle, claimed: readonly Hash[]): boolean {
  const [own] = certificateBlocks(pem);
  if (own && claimed.includes(own.hash)) return true;
  return claimed.length > 0 && claimed.every((each) => certificates.includes(each));
}

/** Certificates as people tell them apart: the beginning of the hash, and, where they were read, name and end. */
function described({ cluster: { certificates } }: Side, hashes: readonly Hash[]): string {
  return hashes
    .map((hash) => {
      const facts = certificates?.get(hash);
      if (facts === undefined) return short(hash);
      return `${short(hash)} (${facts === null ? "cannot be read" : `${facts.subject}, until ${facts.validTo.slice(0, 10)}`})`;
    })
    .join(", ");
}

function isRenewal(near: Side, claimed: readonly Hash[], far: Side, actual: readonly Hash[]): boolean {
  if (claimed.some((hash) => actual.includes(hash))) return false;
  const subjects = new Set(claimed.flatMap((hash) => near.cluster.certificates?.get(hash)?.subject ?? []));
  return actual.some((hash) => subjects.has(far.cluster.certificates?.get(hash)?.subject ?? ""));
}

/** The ConfigMap that holds the remote root; the defaults are those of maistra/api federation/v1, ServiceMeshPeer. */
export function peerRootLocation(peer: Side["peer"]): { readonly name: string; readonly key: string } {
  const { name, key } = peer.view.spec.security.certificateChain;
  return { name: name || `${peer.ref.name}-ca-root-cert`, key: key || rootKey };
}

function short(hash: string): string {
  return hash.slice("sha256:".length, "sha256:".length + 12);
}
