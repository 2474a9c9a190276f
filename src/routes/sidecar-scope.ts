// Which services a proxy is told of: what its Sidecar resource shows, and what it hides.
import type { Host } from "../core/ids.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { Mesh } from "../inventory/mesh.ts";

export type SidecarObject = Typed<"Sidecar.networking.istio.io">;

/** A service as a Sidecar's patterns see it. */
export interface Shown {
  /** The namespace that the service lives in. */
  readonly namespace: string;
  readonly host: Host;
}

/**
 * A question for the Sidecar of a workload: one of its namespace whose selector fits, else that namespace's own, else the root
 * namespace's; the oldest of several. Only one without a selector speaks for others (Istio 1.20, pilot/pkg/model/push_context.go,
 * getSidecarScope). null: nothing is hidden.
 */
export function sidecarLookup(
  cluster: Cluster,
  mesh: Mesh,
): (namespace: string, labels: Readonly<Record<string, string>>) => SidecarObject | null {
  const oldestFirst = sortedBy(
    cluster.typed["Sidecar.networking.istio.io"],
    ({ view }) => view.metadata.creationTimestamp,
    ({ ref }) => ref.name,
  );
  const byNamespace = groupBy(oldestFirst, ({ ref }) => ref.namespace ?? "");
  const general = (namespace: string) =>
    byNamespace.get(namespace)?.find(({ view }) => view.spec.workloadSelector === null) ?? null;
  return (namespace, labels) =>
    byNamespace.get(namespace)?.find(({ view }) => matchesPairs(view.spec.workloadSelector?.labels ?? {}, labels)) ??
    general(namespace) ??
    general(mesh.namespace);
}

/** Whether the Sidecar shows the service to proxies of `from`. */
export function shows(sidecar: SidecarObject | null, from: string, service: Shown): boolean {
  const egress = sidecar?.view.spec.egress ?? null;
  return egress === null || egress.some(({ hosts }) => hosts.some((pattern) => patternShows(pattern, from, service)));
}

/** "NAMESPACE/HOST", each with its wildcards; "." is the proxy's own namespace, "~" none (Istio 1.20, Sidecar reference). */
export function patternShows(pattern: string, from: string, { namespace, host }: Shown): boolean {
  const [where = "", name = ""] = pattern.split("/");
  const place = where === "." ? from : where;
  if (place !== "*" && place !== namespace) return false;
  if (name === "*" || name === host) return true;
  return name.startsWith("*.") && host.endsWith(name.slice(1));
}
