// The importer's own gateways that send requests on to imported hosts: clients like any workload with a sidecar.
import { sortedBy } from "../core/order.ts";
import { refKey } from "../core/object-ref.ts";
import { federationGateways } from "../federation/gateways.ts";
import { watchedNamespaces } from "../federation/mesh-registry.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { Mesh } from "../inventory/mesh.ts";

/**
 * The pods of gateways, and their templates, with a VirtualService that sends to one of the hosts. A Gateway's selector finds pods in every
 * namespace (Istio 1.20, PILOT_SCOPE_GATEWAY_TO_NAMESPACE is false by default). Federation's own gateways may carry the same
 * label as the ingress gateway, and are none.
 */
export function gatewayClients(
  cluster: Cluster,
  mesh: Mesh,
  pods: PodIndex,
  hosts: ReadonlySet<string>,
): readonly PodShape[] {
  const watched = watchedNamespaces(cluster, mesh);
  const federation = federationGateways(mesh);
  const own = new Set([...federation.ingress, ...federation.egress]);
  const found = new Set<PodShape>();
  for (const service of cluster.typed["VirtualService.networking.istio.io"]) {
    if (!watched(service.ref.namespace ?? "") || !sendsTo(service, mesh, hosts)) continue;
    for (const name of service.view.spec.gateways) {
      const selector = gatewayOf(cluster, service, name)?.view.spec.selector ?? {};
      for (const shape of [...pods.pods, ...pods.templates]) {
        if (!shape.sidecar || own.has(shape.workload.name) || !watched(shape.namespace)) continue;
        if (matchesPairs(selector, shape.labels)) found.add(shape);
      }
    }
  }
  return sortedBy(found, ({ workload, serviceAccount }) => `${refKey(workload)}|${serviceAccount}`);
}

type VirtualService = Typed<"VirtualService.networking.istio.io">;

function sendsTo({ ref, view }: VirtualService, mesh: Mesh, hosts: ReadonlySet<string>): boolean {
  const { http, tcp, tls } = view.spec;
  return [...http, ...tcp, ...tls].some(({ route }) =>
    route.some(({ destination: { host } }) =>
      // A short name means a Service of the rule's own namespace (Istio, VirtualService reference).
      hosts.has(host.includes(".") ? host : `${host}.${ref.namespace}.svc.${mesh.clusterDomain}`),
    ),
  );
}

/** "NAMESPACE/NAME", or a name in the VirtualService's own namespace; "mesh" stands for all sidecars and is no object. */
function gatewayOf(
  cluster: Cluster,
  service: VirtualService,
  name: string,
): Typed<"Gateway.networking.istio.io"> | undefined {
  if (name === "mesh") return undefined;
  const [namespace, own] = name.includes("/") ? name.split("/") : [service.ref.namespace, name];
  return findTyped(cluster, "Gateway.networking.istio.io", namespace ?? "", own ?? "");
}
