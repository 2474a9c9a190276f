// objects → clusters, meshes, members.
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import { meshId } from "../core/ids.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import { namespaceOfTwoMeshes, noControlPlane, peerWithoutMesh } from "../findings/codes/inventory.ts";
import { certificateAuthority } from "./certificate-authority.ts";
import { type Cluster, readCluster, type Typed } from "./cluster.ts";
import { memberNamespaces } from "./members.ts";
import { type Inventory, type Mesh, refIn } from "./mesh.ts";
import { rootBundle } from "./roots.ts";

/** The inventory of everything that was read, in an order that does not depend on the order of the input. */
export function takeInventory(inputs: readonly ClusterInput[]): Inventory {
  const read = sortedBy(inputs, ({ id }) => id).map(readCluster);
  const inventory = inventoryOf(read.map(({ value }) => value));
  return { ...inventory, findings: [...read.flatMap(({ findings }) => findings), ...inventory.findings] };
}

/** The same of clusters that have been read; they are in the order of their ids. */
export function inventoryOf(clusters: readonly Cluster[]): Inventory {
  const findings: Finding[] = [];
  const meshes: Mesh[] = [];
  for (const cluster of clusters) {
    const found = cluster.typed["ServiceMeshControlPlane.maistra.io"].map((controlPlane) =>
      mesh(cluster, controlPlane),
    );
    if (found.length === 0 && cluster.objects.size > 0) findings.push(noControlPlane.at([], { cluster: cluster.id }));
    meshes.push(...found);
    findings.push(...strayPeers(cluster, found), ...sharedMembers(found));
  }
  return { clusters, meshes: sortedBy(meshes, ({ id }) => id), findings };
}

function mesh(cluster: Cluster, controlPlane: Typed<"ServiceMeshControlPlane.maistra.io">): Mesh {
  const { ref, view } = controlPlane;
  const namespace = ref.namespace ?? "";
  const { spec, status } = view;
  // The profile's values show only in status.appliedSpec, which may be of an older generation than the spec.
  const applied = status.observedGeneration === view.metadata.generation ? status.appliedSpec : null;
  const trustDomain = spec.security.trust.domain || applied?.security.trust.domain || "cluster.local";
  const roots = rootBundle(cluster, namespace, ref);
  const additionalDomains = spec.security.trust.additionalDomains;
  return {
    id: meshId(cluster.id, namespace, ref.name),
    cluster: cluster.id,
    namespace,
    name: ref.name,
    controlPlane,
    version: spec.version || applied?.version || "",
    // MultiTenant is the default mode of OSSM 2.4 and later (Maistra operator 2.5, pkg/apis/maistra/v2).
    mode: (spec.mode || applied?.mode) === "ClusterWide" ? "ClusterWide" : "MultiTenant",
    clusterDomain: spec.proxy.networking.clusterDomain || applied?.proxy.networking.clusterDomain || "cluster.local",
    trustDomain,
    // additionalDomains overrides techPreview (Maistra operator 2.5, pkg/apis/maistra/conversion/security.go).
    trustDomainAliases: sortedUnique(
      additionalDomains.length > 0 ? additionalDomains : spec.techPreview.meshConfig.trustDomainAliases,
    ),
    network: spec.cluster.network || applied?.cluster.network || null,
    roots,
    ca: certificateAuthority({ cluster, controlPlane, roots, trustDomain }),
    memberNamespaces: memberNamespaces(cluster, controlPlane),
    peers: cluster.typed["ServiceMeshPeer.federation.maistra.io"].filter((peer) => peer.ref.namespace === namespace),
    // The revision is the control plane's name (Maistra operator 2.5, istio-discovery chart, deployment.yaml).
    istiod: refIn(cluster.id, "apps", "Deployment", namespace, `istiod-${ref.name}`),
  };
}

function strayPeers(cluster: Cluster, meshes: readonly Mesh[]): Finding[] {
  const homes = new Set(meshes.map(({ namespace }) => namespace));
  return cluster.typed["ServiceMeshPeer.federation.maistra.io"]
    .filter(({ ref }) => !homes.has(ref.namespace ?? ""))
    .map(({ ref }) => peerWithoutMesh.at([ref], { peer: `${ref.namespace}/${ref.name}` }));
}

function sharedMembers(meshes: readonly Mesh[]): Finding[] {
  const owners = new Map<string, Mesh>();
  const findings: Finding[] = [];
  for (const each of meshes) {
    for (const namespace of each.memberNamespaces) {
      const other = owners.get(namespace);
      if (other) {
        findings.push(
          namespaceOfTwoMeshes.at([other.controlPlane.ref, each.controlPlane.ref], {
            namespace,
            one: other.id,
            other: each.id,
          }),
        );
      } else owners.set(namespace, each);
    }
  }
  return findings;
}
