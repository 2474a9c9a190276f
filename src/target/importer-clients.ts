// An importer's clients and what they dial, as the questions about Sidecars take them.
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
import { gatewayClients } from "../routes/gateway-clients.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import type { ImporterClients } from "./sidecar-edits.ts";

/** Of the carried routes of one importer, at least one. */
export function importerClients(
  inventory: Inventory,
  group: readonly CarriedRoute[],
  podsOf: (mesh: Mesh) => PodIndex,
): ImporterClients {
  const [first] = group;
  if (!first) throw new Error("an importer without routes");
  const { mesh, entryNamespace } = first.importer;
  const routes = [...new Map(group.map(({ route }) => [route.id, route])).values()];
  const cluster = clusterOf(inventory, mesh);
  const pods = podsOf(mesh);
  const hosts = new Set<string>(routes.map(({ host }) => host));
  return { cluster, mesh, pods, routes, entryNamespace, gateways: gatewayClients(cluster, mesh, pods, hosts) };
}
