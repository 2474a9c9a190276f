// Who calls an exported service, as its own sidecar sees it: federation's gateway today, the clients themselves afterwards.
import { sortedBy, sortedUnique } from "../core/order.ts";
import { equalRef } from "../core/object-ref.ts";
import type { ExportedService, Link } from "../federation/federation.ts";
import { gatewayNamespace } from "../federation/gateways.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Caller } from "../policies/match-source.ts";
import type { ImporterClients } from "./sidecar-edits.ts";

/**
 * The exporter's federation ingress gateway, which ends the importer's TLS (Maistra 2.5, pkg/servicemesh/federation/server);
 * null where the peer that names it is gone.
 */
export function callerToday(exported: ExportedService, exporter: Mesh, links: readonly Link[]): Caller | null {
  const link = links.find(({ id }) => id === exported.link);
  const end = link?.ends.find(({ mesh }) => mesh === exporter.id);
  const peer = end && exporter.peers.find(({ ref }) => equalRef(ref, end.peer));
  if (!peer) return null;
  const name = peer.view.spec.gateways.ingress.name;
  return {
    trustDomain: exporter.trustDomain,
    namespace: gatewayNamespace(exporter, "ingress", name),
    // The operator names the account after the gateway (Maistra operator 2.5, charts gateways/istio-ingress).
    account: `${name}-service-account`,
  };
}

/** The identities of an importer's clients, its own gateways among them, each once, sorted. */
export function callersAfterwards({ mesh: importer, pods, gateways }: ImporterClients): Caller[] {
  const members = new Set(importer.memberNamespaces);
  const injected = [...pods.pods, ...pods.templates].filter(
    ({ sidecar, namespace }) => sidecar && members.has(namespace),
  );
  const accounts = [...injected, ...gateways].map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
  return sortedBy(sortedUnique(accounts), (text) => text).map((text) => {
    const [namespace = "", account = ""] = text.split("/");
    return { trustDomain: importer.trustDomain, namespace, account };
  });
}

/** The trust domains that count as one in a mesh's policies, before the migration or with the aliases that it brings. */
export function policyDomains(mesh: Mesh, partners: readonly Mesh[]): string[] {
  return sortedUnique([
    mesh.trustDomain,
    ...mesh.trustDomainAliases,
    ...partners.map(({ trustDomain }) => trustDomain),
  ]);
}
