// The services that one mesh's istiod holds: what its export rules can match.
import { sortedBy } from "../core/order.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { matchesSelector } from "../inventory/label-match.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";
import { type RegistryService, serviceEntryInRegistry, serviceInRegistry } from "./rules/registry-service.ts";

/** A service of the registry, and the object that it came from. */
export interface HeldService extends RegistryService {
  readonly ref: ObjectRef;
  readonly kubernetes: Typed<"Service"> | null;
}

type Source = Typed<"Service"> | Typed<"ServiceEntry.networking.istio.io">;

/**
 * Services and ServiceEntries of the namespaces that istiod watches. A MultiTenant istiod watches its
 * members and its own namespace; a ClusterWide one everything, or what its discovery selectors select (Maistra 2.6,
 * pkg/kube/namespace/filter.go). Entries of ours are left out: federation never exported them.
 */
export function sourcesOfMesh(cluster: Cluster, mesh: Mesh): readonly Source[] {
  const watched = watchedNamespaces(cluster, mesh);
  const isWatched = ({ ref }: Source): boolean => watched(ref.namespace ?? "");
  return [
    ...cluster.typed.Service.filter(isWatched),
    ...cluster.typed["ServiceEntry.networking.istio.io"].filter((entry) => isWatched(entry) && !isOurs(entry.object)),
  ];
}

function isService(source: Source): source is Typed<"Service"> {
  return source.ref.kind === "Service";
}

/** The services that these objects are to a mesh's istiod, in one order. */
export function heldServices(sources: readonly Source[], mesh: Mesh): readonly HeldService[] {
  // OSSM 2.6 is built on Istio 1.20, 2.5 and 2.4 on older ones, which read one protocol differently.
  const istio = /^v?2\.[0-5]/u.test(mesh.version) ? "1.18" : "1.20";
  return sortedBy(
    sources.flatMap((source): readonly HeldService[] => {
      const { ref } = source;
      if (!isService(source))
        return serviceEntryInRegistry(source.view).map((host) => ({ ...host, ref, kubernetes: null }));
      const entry = serviceInRegistry(source.view, { clusterDomain: mesh.clusterDomain, istio });
      return [{ ...entry, ref, kubernetes: source }];
    }),
    ({ hostname }) => hostname,
    ({ namespace }) => namespace,
  );
}

/** Whether istiod watches a namespace. */
export function watchedNamespaces(cluster: Cluster, mesh: Mesh): (namespace: string) => boolean {
  if (mesh.mode === "MultiTenant") {
    const members = new Set([...mesh.memberNamespaces, mesh.namespace]);
    return (namespace) => members.has(namespace);
  }
  const selectors = mesh.controlPlane.view.spec.meshConfig.discoverySelectors;
  if (selectors.length === 0) return () => true;
  const selected = new Set(
    cluster.typed.Namespace.filter(({ view }) =>
      selectors.some((selector) => matchesSelector(selector, view.metadata.labels)),
    ).map(({ ref }) => ref.name),
  );
  return (namespace) => selected.has(namespace);
}
