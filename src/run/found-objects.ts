// A migration as the clusters alone show it: objects with our label, the routes that they carry, and what is left of federation.
import type { ClusterId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import { pointer, valueAt } from "../core/pointer.ts";
import { managedByLabel, managedByUs } from "../inventory/ownership.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { routeAnnotation } from "../target/names.ts";
import { planAnnotation } from "./forward-tasks.ts";
import { leaseHolder } from "./survey.ts";

export interface FoundRoute {
  /** "IMPORTER|HOST". */
  readonly route: string;
  readonly entry: string;
  /** The namespaces that use the new path; "*": all. */
  readonly visibleTo: readonly string[];
}

export interface FoundCluster {
  readonly cluster: ClusterId;
  /** Objects of ours by kind. */
  readonly objects: Readonly<Record<string, number>>;
  /** Short hashes of the plans that applied them; sorted. */
  readonly plans: readonly string[];
  readonly routes: readonly FoundRoute[];
  /** Objects of federation that are still there, by kind. */
  readonly federation: Readonly<Record<string, number>>;
  readonly holder: string | null;
}

/** Every kind that a migration makes (src/target). */
const ourKinds: readonly [group: string, kind: string][] = [
  ["", "Namespace"],
  ["", "ConfigMap"],
  ["", "Service"],
  ["apps", "Deployment"],
  ["autoscaling", "HorizontalPodAutoscaler"],
  ["gateway.networking.k8s.io", "Gateway"],
  ["maistra.io", "ServiceMeshMember"],
  ["networking.istio.io", "DestinationRule"],
  ["networking.istio.io", "Gateway"],
  ["networking.istio.io", "ServiceEntry"],
  ["networking.istio.io", "WorkloadEntry"],
  ["networking.k8s.io", "NetworkPolicy"],
  ["policy", "PodDisruptionBudget"],
  ["security.istio.io", "AuthorizationPolicy"],
];

const federationKinds = ["ExportedServiceSet", "ImportedServiceSet", "ServiceMeshPeer"];

export async function foundIn(client: ClusterClient): Promise<FoundCluster> {
  const labels = `${managedByLabel}=${managedByUs}`;
  const ours = (
    await Promise.all(ourKinds.map(async ([group, kind]) => listed(client, { group, kind }, labels)))
  ).flat();
  const federation = (
    await Promise.all(federationKinds.map(async (kind) => listed(client, { group: "federation.maistra.io", kind })))
  ).flat();
  const annotation = (object: KubeObject, name: string): Json | undefined =>
    valueAt(object.body, pointer("metadata", "annotations", name));
  const texts = (values: readonly (Json | undefined)[]): string[] =>
    sortedUnique(values.filter((value): value is string => typeof value === "string"));
  return {
    cluster: client.id,
    objects: countsOf(ours),
    plans: texts(ours.map((object) => annotation(object, planAnnotation))),
    routes: sortedBy(
      ours.flatMap((object): FoundRoute[] => {
        const route = annotation(object, routeAnnotation);
        if (object.ref.kind !== "ServiceEntry" || typeof route !== "string") return [];
        const exportTo = valueAt(object.body, "/spec/exportTo");
        const visibleTo = Array.isArray(exportTo) ? texts(exportTo as readonly Json[]) : ["*"];
        return [{ route, entry: `${object.ref.namespace ?? ""}/${object.ref.name}`, visibleTo }];
      }),
      ({ route }) => route,
    ),
    federation: countsOf(federation),
    holder: await leaseHolder(client),
  };
}

async function listed(
  client: ClusterClient,
  of: { readonly group: string; readonly kind: string },
  labels?: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(of, labels === undefined ? {} : { labels })).objects;
  } catch (error) {
    // What this user may not see, or the cluster does not have, cannot be counted.
    if (error instanceof ApiFailure && ["not-installed", "forbidden"].includes(error.reason)) return [];
    throw error;
  }
}

function countsOf(objects: readonly KubeObject[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { ref } of objects) counts.set(ref.kind, (counts.get(ref.kind) ?? 0) + 1);
  return Object.fromEntries(sortedUnique(counts.keys()).map((kind) => [kind, counts.get(kind) ?? 0]));
}
