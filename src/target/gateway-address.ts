// How an address is written for a Gateway: its type has to be said, because istiod skips what has none.
import type { JsonObject } from "../core/json.ts";

/** Whether a text is an IPv4 or IPv6 address rather than a name. */
export function isIp(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(text) || text.includes(":");
}

/**
 * A Gateway's address, as Gateway API has it (GatewaySpecAddress). istiod takes addresses of these two types only, and none
 * without a type (Istio 1.20, serviceregistry/kube/controller/network.go, handleGatewayResource).
 */
export function gatewayAddress(value: string): JsonObject {
  return { type: isIp(value) ? "IPAddress" : "Hostname", value };
}
