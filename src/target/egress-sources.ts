// With which source addresses an importer's pods leave its cluster: today federation's egress gateway alone, afterwards every client.
import type { ObjectRef } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import type { GatewayPods } from "../federation/gateway-pods.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import { matchesSelector } from "../inventory/label-match.ts";
import type { ClientGroup } from "./client-groups.ts";

export type EgressIpObject = Typed<"EgressIP.k8s.ovn.org">;

/**
 * The EgressIP that gives pods their source address: those of the namespaces and with the labels that it selects; an empty
 * selector of pods means all of them (ovn-kubernetes, k8s.ovn.org/v1 EgressIP).
 */
export function egressIpLookup(
  cluster: Cluster,
): (namespace: string, labels: Readonly<Record<string, string>> | null) => EgressIpObject | null {
  const all = cluster.typed["EgressIP.k8s.ovn.org"];
  return (namespace, labels) => {
    const found = findTyped(cluster, "Namespace", null, namespace);
    const ofNamespace = { ...found?.view.metadata.labels, "kubernetes.io/metadata.name": namespace };
    return (
      all.find(
        ({ view: { spec } }) =>
          matchesSelector(spec.namespaceSelector, ofNamespace) && matchesSelector(spec.podSelector, labels ?? {}),
      ) ?? null
    );
  };
}

/** Addresses of every EgressIP that selects pods of a namespace, be it some of them; sorted. */
export function egressIpsFor(cluster: Cluster, namespace: string): string[] {
  const found = findTyped(cluster, "Namespace", null, namespace);
  const labels = { ...found?.view.metadata.labels, "kubernetes.io/metadata.name": namespace };
  const selecting = cluster.typed["EgressIP.k8s.ovn.org"].filter(({ view }) =>
    matchesSelector(view.spec.namespaceSelector, labels),
  );
  return sortedUnique(selecting.flatMap(({ view }) => view.spec.egressIPs));
}

/** Whom an EgressIP gives its addresses today and afterwards. */
export interface EgressIpUse {
  readonly egressIp: EgressIpObject;
  /** Whether federation's egress gateway leaves by it today. */
  readonly today: boolean;
  /** Client namespaces that will leave by it, and those that will not; sorted. */
  readonly with: readonly string[];
  readonly without: readonly string[];
}

/** The EgressIPs in use by the egress gateways or by clients. */
export function egressIpUses(
  cluster: Cluster,
  gateways: readonly GatewayPods[],
  clients: readonly ClientGroup[],
): EgressIpUse[] {
  const lookup = egressIpLookup(cluster);
  const ofGateways = new Set(gateways.map(({ namespace, labels }) => lookup(namespace, labels)));
  const ofClients = clients.map(({ namespace, labels }) => ({ namespace, found: lookup(namespace, labels) }));
  return cluster.typed["EgressIP.k8s.ovn.org"].flatMap((egressIp) => {
    const by = ofClients.filter(({ found }) => found === egressIp).map(({ namespace }) => namespace);
    const today = ofGateways.has(egressIp);
    if (!today && by.length === 0) return [];
    const others = ofClients.filter(({ found }) => found !== egressIp).map(({ namespace }) => namespace);
    return [{ egressIp, today, with: sortedUnique(by), without: sortedUnique(others) }];
  });
}

/** An EgressRouter that leads to one of these addresses. */
export function routersTo(
  cluster: Cluster,
  addresses: readonly string[],
): { readonly router: ObjectRef; readonly destinations: readonly string[] }[] {
  const wanted = new Set(addresses);
  return cluster.typed["EgressRouter.network.operator.openshift.io"].flatMap(({ ref, view }) => {
    const { fallbackIP, redirectRules } = view.spec.redirect;
    const all = [fallbackIP, ...redirectRules.map(({ destinationIP }) => destinationIP)];
    const destinations = sortedUnique(all.filter((address) => wanted.has(address)));
    return destinations.length > 0 ? [{ router: ref, destinations }] : [];
  });
}
