// Where the clients of one importer dial an exporter's east-west gateway, as far as it is known before the gateway is there: what
// their remote Gateway will say.
import { isJsonObject, type Json } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import { findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import type { OutsideDestination } from "../policies/egress-verdict.ts";
import type { Slot } from "./desired-object.ts";
import { type SlotSource, slotValue } from "./fill-slots.ts";
import type { EastWest } from "./gateways.ts";
import type { Places } from "./places.ts";
import type { Reach } from "./reach.ts";

const unknown: OutsideDestination = { addresses: null, port: null };

/** Stated addresses and external IPs are known from the start; a load balancer's and a node port once the Service has them. */
export function gatewayDestination(
  inventory: Inventory,
  gateways: readonly EastWest[],
  exporter: Places,
  importer: Mesh,
): OutsideDestination {
  const gateway = refKey(exporter.gateway);
  const reach = gateways
    .find(({ places }) => refKey(places.gateway) === gateway)
    ?.reaches.find((each) => each.importer.id === importer.id);
  return reach ? destinationOf(reach, serviceSource(inventory, exporter.mesh)) : unknown;
}

function destinationOf({ addresses, port, slots }: Reach, source: SlotSource): OutsideDestination {
  const valueOf = (field: Json): Json | null => {
    const slot = isJsonObject(field) ? slots.find(({ id }) => id === field["$slot"]) : undefined;
    return slot ? valueNow(slot, source) : field;
  };
  const number = valueOf(port);
  const list = valueOf(addresses);
  const values = (Array.isArray(list) ? (list as readonly Json[]) : []).flatMap((each) => {
    const value = typeof each === "string" ? each : valueAt(each, "/value");
    return typeof value === "string" ? [value] : [];
  });
  return {
    addresses: values.length > 0 ? sortedUnique(values) : null,
    port: typeof number === "number" ? number : null,
  };
}

/** Of the nodes those are known that the importer dials today; which of all others it would be told is the run's to say. */
function valueNow(slot: Slot, source: SlotSource): Json | null {
  if (slot.type === "node-addresses") return slot.among.length > 0 ? slot.among : null;
  return slotValue(slot, source);
}

function serviceSource(inventory: Inventory, mesh: Mesh): SlotSource {
  const cluster = clusterOf(inventory, mesh);
  return {
    object: ({ namespace, name }) => findTyped(cluster, "Service", namespace, name)?.object.body,
    nodes: () => [],
  };
}
