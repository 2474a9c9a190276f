// A template with the values that only a run knows put in their places.
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Slot, Template } from "./desired-object.ts";

/** What a slot's field holds, or null while it holds nothing that can be used. */
export function slotValue(slot: Slot, field: Json | undefined): Json | null {
  const addresses = (Array.isArray(field) ? (field as readonly Json[]) : []).flatMap(gatewayAddress);
  if (addresses.length === 0) return null;
  switch (slot.type) {
    case "addresses":
      return addresses;
    case "plain-addresses":
      return addresses.map(({ value = null }) => value);
  }
}

/** A load balancer's ingress names an IP or a host name; a Gateway's address says which (Gateway API, GatewaySpecAddress). */
function gatewayAddress(ingress: Json): JsonObject[] {
  if (!isJsonObject(ingress)) return [];
  const { ip, hostname } = ingress;
  if (typeof ip === "string" && ip !== "") return [{ type: "IPAddress", value: ip }];
  if (typeof hostname === "string" && hostname !== "") return [{ type: "Hostname", value: hostname }];
  return [];
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
