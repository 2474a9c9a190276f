// A template with the values that only a run knows put in their places.
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import type { Slot, Template } from "./desired-object.ts";
import { gatewayAddress } from "./gateway-address.ts";

/** The clusters as a slot looks at them. */
export interface SlotSource {
  /** The body of one object, if it is there. */
  readonly object: (ref: ObjectRef) => Json | undefined;
  /** The bodies of a cluster's nodes. */
  readonly nodes: (cluster: ClusterId) => readonly Json[];
}

/** What a slot's place holds, or null while it holds nothing that can be used. */
export function slotValue(slot: Slot, source: SlotSource): Json | null {
  switch (slot.type) {
    case "addresses":
      return someOf(elements(valueAt(source.object(slot.from), slot.pointer)).flatMap(balancerAddress));
    case "plain-addresses":
      return someOf(
        elements(valueAt(source.object(slot.from), slot.pointer))
          .flatMap(balancerAddress)
          .map(({ value = null }) => value),
      );
    case "node-port":
      return nodePort(elements(valueAt(source.object(slot.from), slot.pointer)), slot.port);
    case "node-addresses":
      return someOf(nodeAddresses(source.nodes(slot.cluster), slot.among).map(gatewayAddress));
  }
}

/** A load balancer's ingress names an IP or a host name; a Gateway's address says which (Gateway API, GatewaySpecAddress). */
function balancerAddress(ingress: Json): JsonObject[] {
  if (!isJsonObject(ingress)) return [];
  const { ip, hostname } = ingress;
  if (typeof ip === "string" && ip !== "") return [{ type: "IPAddress", value: ip }];
  if (typeof hostname === "string" && hostname !== "") return [{ type: "Hostname", value: hostname }];
  return [];
}

/** The port on the nodes that leads to a Service's port over TCP; a Service's ports have no order of their own. */
function nodePort(ports: readonly Json[], wanted: number): number | null {
  for (const port of ports) {
    if (!isJsonObject(port) || port["port"] !== wanted || !["TCP", undefined].includes(port["protocol"] as string))
      continue;
    const number = port["nodePort"];
    if (typeof number === "number" && number > 0) return number;
  }
  return null;
}

/** The addresses of nodes that an importer can use; sorted, so that nodes in another order change nothing. */
export function nodeAddresses(nodes: readonly Json[], among: readonly string[]): string[] {
  const wanted = new Set(among);
  return sortedUnique(
    nodes.flatMap((node) => {
      const addresses = elements(valueAt(node, "/status/addresses")).flatMap((each) => {
        if (!isJsonObject(each)) return [];
        const { type, address } = each;
        const usable = type === "ExternalIP" || type === "InternalIP";
        return usable && typeof address === "string" && address !== "" ? [{ type, address }] : [];
      });
      if (wanted.size > 0) return addresses.map(({ address }) => address).filter((address) => wanted.has(address));
      // "ExternalIP" sorts before "InternalIP": outside the cluster's own network only the former is sure to be reached. One of
      // each node: istiod would give addresses of a second family half of the connections.
      return sortedBy(addresses, ({ type }) => type)
        .slice(0, 1)
        .map(({ address }) => address);
    }),
  );
}

function elements(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function someOf(addresses: readonly Json[]): Json | null {
  return addresses.length > 0 ? addresses : null;
}

/** The template with every slot filled; a slot without a value is an error of the caller, who must wait for it. */
export function fillSlots(template: Template, values: ReadonlyMap<string, Json>): JsonObject {
  const fill = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(fill);
    if (!isJsonObject(value)) return value;
    const slot = value["$slot"];
    if (typeof slot === "string") {
      const filled = values.get(slot);
      if (filled === undefined) throw new Error(`slot ${slot} has no value yet`);
      return filled;
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item)]));
}
