// Who trusts whom today, as data: for each mesh its CA, its roots, and the peers that name them. Knows no output format.
import type { Hash } from "../../core/hash.ts";
import { sortedBy } from "../../core/order.ts";
import type { Federation } from "../../federation/federation.ts";
import { type CaKind, takesRoots } from "../../inventory/certificate-authority.ts";
import { clusterOf, type Inventory, type Mesh } from "../../inventory/mesh.ts";
import { type OwnRoots, ownRoots } from "../../inventory/roots.ts";
import { certificateBlocks } from "../../core/certificates.ts";

export interface RootView {
  readonly hash: Hash;
  /** false: another mesh's root, which this mesh has come to trust. */
  readonly own: boolean;
  /** null here and below: the certificate was not read, or cannot be. */
  readonly subject: string | null;
  readonly key: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

export interface TrustingPeer {
  readonly mesh: string;
  /** "NAMESPACE/NAME". */
  readonly peer: string;
  /** Whether the root that it names is this mesh's; null: not supplied. */
  readonly agrees: boolean | null;
}

export interface TrustView {
  readonly mesh: string;
  readonly trustDomain: string;
  readonly ca: {
    readonly kind: CaKind;
    readonly shownBy: string;
    /** Whether other meshes' roots can be added to it (trust.order: combined-root); null: not known. */
    readonly takesRoots: boolean | null;
  };
  /** In the order of the bundle; null: not known. */
  readonly roots: readonly RootView[] | null;
  readonly trustedBy: readonly TrustingPeer[];
}

/** One view for each mesh, in the order of their ids. */
export function trustViews(inventory: Inventory, federation: Federation): TrustView[] {
  const own = ownRoots(inventory.meshes);
  return inventory.meshes.map((mesh) => ({
    mesh: mesh.id,
    trustDomain: mesh.trustDomain,
    ca: { kind: mesh.ca.kind, shownBy: mesh.ca.shownBy, takesRoots: takesRoots(mesh.ca) },
    roots: mesh.roots.known ? rootViews(inventory, mesh, mesh.roots.value.pem, own) : null,
    trustedBy: trustingPeers(federation, mesh),
  }));
}

function rootViews(inventory: Inventory, mesh: Mesh, pem: string, own: OwnRoots): RootView[] {
  const { certificates } = clusterOf(inventory, mesh);
  const hashes = new Set((own.get(mesh.id) ?? []).map(({ hash }) => hash));
  return certificateBlocks(pem).map(({ hash }) => {
    const facts = certificates?.get(hash);
    return {
      hash,
      own: hashes.has(hash),
      subject: facts?.subject ?? null,
      key: facts ? [facts.key.type, facts.key.bits ?? ""].join(" ").trim() : null,
      validFrom: facts?.validFrom ?? null,
      validTo: facts?.validTo ?? null,
    };
  });
}

function trustingPeers({ links }: Federation, { id }: Mesh): TrustingPeer[] {
  const peers = links.flatMap(({ ends, facts }) =>
    ends.flatMap(({ mesh, peer }) => {
      if (mesh === id || !ends.some((end) => end.mesh === id)) return [];
      const fact = facts.find((each) => each.fact === "root" && each.peer === peer);
      return [{ mesh, peer: `${peer.namespace ?? ""}/${peer.name}`, agrees: fact?.agrees ?? null }];
    }),
  );
  return sortedBy(
    peers,
    ({ mesh }) => mesh,
    ({ peer }) => peer,
  );
}
