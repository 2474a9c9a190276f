// How one importer reaches a new gateway: which addresses and port its remote Gateway names, and which of them only a run knows.
import type { StatedAddresses } from "../core/east-west-options.ts";
import { slotId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import type { Cluster } from "../inventory/cluster.ts";
import { coverageOf } from "../inventory/cluster.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Slot } from "./desired-object.ts";
import { gatewayAddress } from "./gateway-address.ts";
import type { GatewayService } from "./gateway-service.ts";
import { addressSlot, eastWestPort } from "./names.ts";
import type { Places } from "./places.ts";

export type ReachBy = "stated" | "load-balancer" | "nodes" | "external-ips" | "nothing";

export interface Reach {
  readonly importer: Mesh;
  readonly by: ReachBy;
  /** What the importer's peers dial today; sorted. */
  readonly dialled: readonly string[];
  /** For the remote Gateway: `{"$slot": ID}` where only a run knows. */
  readonly addresses: Json;
  readonly port: Json;
  readonly slots: readonly Slot[];
}

export interface ReachQuestion {
  readonly places: Places;
  readonly service: GatewayService;
  readonly importer: Mesh;
  readonly cluster: Cluster;
  readonly dialled: readonly string[];
  /** The addresses in the importer's remote Gateway, if it is there: the peers that showed them go in the end. */
  readonly known: readonly string[];
  readonly stated: StatedAddresses | null;
}

/** The addresses by which an importer can be told where the gateway is. */
export function reachOf(question: ReachQuestion): Reach {
  const { places, service, importer, stated, dialled } = question;
  const byNodes = service.type === "NodePort";
  const portSlot = nodePortSlot(places);
  const ofNode: Pick<Reach, "port" | "slots"> = { port: { $slot: portSlot.id }, slots: [portSlot] };
  const plain: Pick<Reach, "port" | "slots"> = { port: eastWestPort, slots: [] };
  if (stated) {
    const given = stated.port === null ? null : { port: stated.port, slots: [] };
    const addresses = stated.addresses.map(gatewayAddress);
    return { importer, dialled, by: "stated", addresses, ...(given ?? (byNodes ? ofNode : plain)) };
  }
  const external = service.fields["externalIPs"];
  if (Array.isArray(external) && external.length > 0) {
    const addresses = external.map((each) => gatewayAddress(String(each)));
    return { importer, dialled, by: "external-ips", addresses, ...plain };
  }
  if (byNodes) {
    const nodes = nodesDialled(question.cluster, dialled.length > 0 ? dialled : question.known);
    const slot = nodeSlot(places, importer, nodes);
    const by = nodes.length > 0 ? "nodes" : "nothing";
    return { importer, dialled, by, addresses: { $slot: slot.id }, port: ofNode.port, slots: [portSlot, slot] };
  }
  const slot = balancerSlot(places);
  const by = service.type === "LoadBalancer" ? "load-balancer" : "nothing";
  return { importer, dialled, by, addresses: { $slot: slot.id }, port: eastWestPort, slots: [slot] };
}

/**
 * The nodes' addresses among those that an importer dials: these it reaches. Where no Nodes were supplied an IP is taken for
 * a node's.
 */
export function nodesDialled(cluster: Cluster, dialled: readonly string[]): string[] {
  if (coverageOf(cluster, "Node") !== "listed" && cluster.typed.Node.length === 0)
    return sortedUnique(dialled.filter((each) => gatewayAddress(each)["type"] === "IPAddress"));
  const addresses = new Set(
    cluster.typed.Node.flatMap(({ view }) => view.status.addresses)
      .filter(({ type }) => type === "InternalIP" || type === "ExternalIP")
      .map(({ address }) => address),
  );
  return sortedUnique(dialled.filter((each) => addresses.has(each)));
}

/** The slot that holds the addresses of a gateway's load balancer, once its Service has them. */
function balancerSlot({ gatewayService }: Places): Slot {
  return {
    id: addressSlot(gatewayService),
    type: "addresses",
    from: gatewayService,
    pointer: "/status/loadBalancer/ingress",
  };
}

/** The port on the nodes that the cluster gives to the gateway's Service. */
function nodePortSlot({ gatewayService }: Places): Slot {
  return {
    id: slotId(`node-port:${refKey(gatewayService)}`),
    type: "node-port",
    from: gatewayService,
    pointer: "/spec/ports",
    port: eastWestPort,
  };
}

function nodeSlot({ gatewayService, mesh }: Places, importer: Mesh, among: readonly string[]): Slot {
  return {
    id: slotId(`nodes:${refKey(gatewayService)}:${importer.id}`),
    type: "node-addresses",
    cluster: mesh.cluster,
    among,
  };
}
