// The types of the inventory: what a mesh is, whatever its federation does.
import type { Finding, Known } from "../core/finding.ts";
import type { Hash } from "../core/hash.ts";
import type { ClusterId, MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { CertificateAuthority } from "./certificate-authority.ts";
import type { Cluster, Typed } from "./cluster.ts";

/** The roots that a mesh's proxies trust, as istiod publishes them in the ConfigMap `istio-ca-root-cert`. */
export interface RootBundle {
  /** The bytes, unchanged. */
  readonly pem: string;
  /** One hash per certificate in the bundle, sorted. */
  readonly certificates: readonly Hash[];
  readonly source: ObjectRef;
}

export interface Mesh {
  readonly id: MeshId;
  readonly cluster: ClusterId;
  /** The control plane's namespace. */
  readonly namespace: string;
  /** The ServiceMeshControlPlane's name; also the revision that istiod runs under (Maistra 2.5, istio-discovery chart). */
  readonly name: string;
  readonly controlPlane: Typed<"ServiceMeshControlPlane.maistra.io">;
  readonly version: string;
  readonly mode: "ClusterWide" | "MultiTenant";
  readonly clusterDomain: string;
  readonly trustDomain: string;
  /** Aliases in force, whichever field declares them. */
  readonly trustDomainAliases: readonly string[];
  /** null: proxies start without a network. */
  readonly network: string | null;
  readonly roots: Known<RootBundle>;
  /** Where its certificates come from. */
  readonly ca: CertificateAuthority;
  /** Namespaces that belong to the mesh, without the control plane's own; sorted. */
  readonly memberNamespaces: readonly string[];
  readonly peers: readonly Typed<"ServiceMeshPeer.federation.maistra.io">[];
  readonly istiod: ObjectRef;
}

export interface Inventory {
  /** In the order of their names. */
  readonly clusters: readonly Cluster[];
  /** In the order of their ids. */
  readonly meshes: readonly Mesh[];
  readonly findings: readonly Finding[];
}

/** The cluster that a mesh runs in. */
export function clusterOf(inventory: Inventory, mesh: Mesh): Cluster {
  const found = inventory.clusters.find((cluster) => cluster.id === mesh.cluster);
  if (!found) throw new Error(`mesh ${mesh.id} names a cluster that the inventory lacks`);
  return found;
}

/** A reference to an object of a mesh's cluster. */
export function refIn(
  cluster: ClusterId,
  group: string,
  kind: string,
  namespace: string | null,
  name: string,
): ObjectRef {
  return { cluster, group, kind, namespace, name };
}
