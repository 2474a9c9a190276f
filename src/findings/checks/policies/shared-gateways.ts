// The pods of the federation ingress serve nobody else's hosts.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { federationGatewayPods, type GatewayPods } from "../../../federation/gateway-pods.ts";
import type { Cluster, Typed } from "../../../inventory/cluster.ts";
import { matchesPairs } from "../../../inventory/label-match.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { isNotByUsers } from "../../../inventory/ownership.ts";
import { sharedGatewayPods } from "../../codes/federation-gateways.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

type Gateway = Typed<"Gateway.networking.istio.io">;

const run: Check["run"] = (input) => {
  const services = new Map<string, ReadonlyMap<string, readonly Typed<"Service">[]>>();
  return participants(input).exporters.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const byNamespace = services.get(cluster.id) ?? groupBy(cluster.typed.Service, ({ ref }) => ref.namespace ?? "");
    services.set(cluster.id, byNamespace);
    const pods = federationGatewayPods(mesh, input.podsOf(mesh)).filter(({ kind }) => kind === "ingress");
    return pods.flatMap((ingress) => ofIngress(cluster, mesh, ingress, byNamespace.get(ingress.namespace) ?? []));
  });
};

/**
 * A Gateway's selector finds pods in every namespace (Istio 1.20, PILOT_SCOPE_GATEWAY_TO_NAMESPACE is false by default). That
 * labels fit does no harm by itself, and is the rule where both kinds of gateways are called ingressgateway: only what a
 * Service leads to these pods is lost.
 */
function ofIngress(
  cluster: Cluster,
  mesh: Mesh,
  ingress: GatewayPods,
  services: readonly Typed<"Service">[],
): Finding[] {
  const { labels, namespace, name } = ingress;
  if (labels === null) return [];
  const gateways = cluster.typed["Gateway.networking.istio.io"].filter(
    ({ object, view }) => !isNotByUsers(object) && matchesPairs(view.spec.selector, labels),
  );
  if (gateways.length === 0) return [];
  const reached = services
    .filter(({ view }) => matchesPairs(view.spec.selector, labels))
    .flatMap((service) => service.view.spec.ports.map((port) => ({ service, port })));
  return gateways.flatMap((gateway) => {
    const found = reached.find(({ port }) => serves(gateway, portBehind(port)));
    if (!found) return [];
    const at = portBehind(found.port);
    const hosts = gateway.view.spec.servers.filter(({ port }) => port.number === at).flatMap((server) => server.hosts);
    return [
      sharedGatewayPods.at([gateway.ref], {
        gateway: refText(gateway.ref, false),
        hosts: fewNames(sortedUnique(hosts)),
        ingress: `${namespace}/${name}`,
        mesh: mesh.id,
        service: refText(found.service.ref, false),
        port: found.port.port,
      }),
    ];
  });
}

/** The gateway listens at the number that a Service's port leads to (Istio 1.20, pilot/pkg/model/gateway.go). */
function portBehind({ port, targetPort }: Typed<"Service">["view"]["spec"]["ports"][number]): number {
  return typeof targetPort === "number" ? targetPort : port;
}

/** A server at a federation port stands in federation's own listener, and is none that users are meant to have. */
function serves({ view }: Gateway, port: number): boolean {
  return view.spec.servers.some((server) => server.port.number === port && server.hosts.length > 0);
}

export const sharedGateways: Check = {
  fact: "The pods of the federation ingress serve federation alone",
  codes: [sharedGatewayPods],
  reads: ["Gateway.networking.istio.io", "Service"],
  run,
};
