// Where the clients of other meshes dial an exporter's east-west gateway, as far as it is known before the gateway is there.
import { sortedUnique } from "../core/order.ts";
import { findTyped } from "../inventory/cluster.ts";
import { clusterOf, type Inventory } from "../inventory/mesh.ts";
import type { OutsideDestination } from "../policies/egress-verdict.ts";
import { eastWestPort } from "./names.ts";
import type { Places } from "./places.ts";

/** The addresses of the gateway's Service, where it has been made and has any. */
export function gatewayDestination(inventory: Inventory, exporter: Places): OutsideDestination {
  const { namespace, name } = exporter.gatewayService;
  const service = findTyped(clusterOf(inventory, exporter.mesh), "Service", namespace, name);
  const ingress = service?.view.status.loadBalancer.ingress ?? [];
  const addresses = sortedUnique(ingress.flatMap(({ ip, hostname }) => [ip, hostname]).filter((each) => each !== ""));
  return { addresses: addresses.length > 0 ? addresses : null, port: eastWestPort };
}
