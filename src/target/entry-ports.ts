// Ports of a service as a ServiceEntry states them.
import type { JsonObject } from "../core/json.ts";
import type { Port } from "../federation/federation.ts";

/**
 * The ports of an entry, in the exporter's order. A ServiceEntry's port needs a name; a Service with one port may have
 * none. A protocol that Istio does not derive from the Service is left out, which means sniffing, as for the Service itself.
 */
export function entryPorts(ports: readonly Port[], withTargets: boolean): JsonObject[] {
  return ports.map((port) => ({
    name: port.name || `port-${port.number}`,
    number: port.number,
    ...(port.protocol === "" || port.protocol === "UnsupportedProtocol" ? {} : { protocol: port.protocol }),
    ...(withTargets && port.targetPort.known ? { targetPort: port.targetPort.value } : {}),
  }));
}
