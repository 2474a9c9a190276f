// Sets that belong to no peer: federation never looks at them.
import type { Finding } from "../core/finding.ts";
import { refText } from "../core/object-ref.ts";
import { setWithoutPeer } from "../findings/codes/federation-oddities.ts";
import { coverageOf, findTyped } from "../inventory/cluster.ts";
import type { Inventory } from "../inventory/mesh.ts";

const peerKind = "ServiceMeshPeer.federation.maistra.io";

/** A set belongs to the peer of its name in its namespace (Maistra 2.5, pkg/servicemesh/federation/discovery/controller.go). */
export function deadSets({ clusters }: Inventory): Finding[] {
  return clusters
    .filter((cluster) => coverageOf(cluster, peerKind) === "listed")
    .flatMap((cluster) =>
      [
        ...cluster.typed["ExportedServiceSet.federation.maistra.io"],
        ...cluster.typed["ImportedServiceSet.federation.maistra.io"],
      ]
        .filter(({ ref }) => !findTyped(cluster, peerKind, ref.namespace, ref.name))
        .map(({ ref }) =>
          setWithoutPeer.at([ref], { set: refText(ref), name: ref.name, namespace: ref.namespace ?? "" }),
        ),
    );
}
