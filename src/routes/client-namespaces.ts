// Where the clients of an importing mesh are: the namespaces whose workloads carry a sidecar of this mesh, or that its gateways run in.
import { type ObjectRef, sortedRefs } from "../core/object-ref.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import type { Mesh } from "../inventory/mesh.ts";

/** The injected workloads of a mesh's member namespaces and the gateways given, each once, by namespace; both sorted. */
export function injectedWorkloads(
  mesh: Mesh,
  pods: PodIndex,
  gateways: readonly PodShape[] = [],
): ReadonlyMap<string, readonly ObjectRef[]> {
  const members = new Set(mesh.memberNamespaces);
  const injected = [...pods.pods, ...pods.templates].filter(
    ({ sidecar, namespace }) => sidecar && members.has(namespace),
  );
  const shapes = [...injected, ...gateways];
  const byNamespace = groupBy(shapes, ({ namespace }) => namespace);
  return new Map(
    sortedUnique(byNamespace.keys()).map((namespace) => [
      namespace,
      sortedRefs((byNamespace.get(namespace) ?? []).map(({ workload }) => workload)),
    ]),
  );
}
