// The federation gateways of a peer: where they answer, and as whom they speak.
import type { LinkId } from "../core/ids.ts";
import { sortedUnique } from "../core/order.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";

type Peer = Typed<"ServiceMeshPeer.federation.maistra.io">;

/** Where an additional gateway of a control plane runs: the control plane's namespace, unless the gateway says otherwise. */
export function gatewayNamespace(mesh: Mesh, kind: "ingress" | "egress", name: string): string {
  const { additionalIngress, additionalEgress } = mesh.controlPlane.view.spec.gateways;
  const declared = kind === "ingress" ? additionalIngress : additionalEgress;
  return (Object.hasOwn(declared, name) ? declared[name]?.namespace : "") || mesh.namespace;
}

/** The Service of the peer's federation ingress gateway: named like the gateway. */
export function ingressService(cluster: Cluster, mesh: Mesh, peer: Peer): Typed<"Service"> | undefined {
  const name = peer.view.spec.gateways.ingress.name;
  return findTyped(cluster, "Service", gatewayNamespace(mesh, "ingress", name), name);
}

/** The Service of the peer's federation egress gateway: named like the gateway. */
export function egressService(cluster: Cluster, mesh: Mesh, peer: Peer): Typed<"Service"> | undefined {
  const name = peer.view.spec.gateways.egress.name;
  return findTyped(cluster, "Service", gatewayNamespace(mesh, "egress", name), name);
}

/** Every address at which a Service can be reached from outside: load balancer, external IPs, and nodes for a NodePort; sorted. */
export function outsideAddresses(cluster: Cluster, service: Typed<"Service">): string[] {
  const { spec, status } = service.view;
  const addresses = [...spec.externalIPs];
  for (const { ip, hostname } of status.loadBalancer.ingress) addresses.push(ip, hostname);
  if (spec.type === "NodePort" || spec.type === "LoadBalancer") {
    for (const node of cluster.typed.Node) {
      for (const { type, address } of node.view.status.addresses) {
        if (type === "InternalIP" || type === "ExternalIP") addresses.push(address);
      }
    }
  }
  return sortedUnique(addresses.filter((address) => address !== ""));
}

/**
 * The identity of the peer's egress gateway, as the other side's `clientID` names it. The operator names a gateway's
 * service account after the gateway (Maistra operator 2.5, charts gateways/istio-egress, serviceaccount.yaml).
 */
export function egressIdentity(mesh: Mesh, peer: Peer): string {
  const name = peer.view.spec.gateways.egress.name;
  return `${mesh.trustDomain}/ns/${gatewayNamespace(mesh, "egress", name)}/sa/${name}-service-account`;
}

/** The mesh's own peers of these links. */
export function peersOfLinks(mesh: Mesh, links: Iterable<LinkId>): Peer[] {
  const ends = new Set([...links].flatMap((link) => link.split("<->")));
  return mesh.peers.filter(({ ref }) => ends.has(`${ref.cluster}/${ref.namespace}/${ref.name}`));
}

/** The names of the additional gateways in the control plane that any of the mesh's peers uses. */
export function federationGateways(mesh: Mesh): { readonly ingress: string[]; readonly egress: string[] } {
  return {
    ingress: sortedUnique(mesh.peers.map(({ view }) => view.spec.gateways.ingress.name).filter((name) => name !== "")),
    egress: sortedUnique(mesh.peers.map(({ view }) => view.spec.gateways.egress.name).filter((name) => name !== "")),
  };
}
