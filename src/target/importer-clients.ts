// An importer's clients and what they dial, as the questions about Sidecars take them.
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, type Mesh } from "../inventory/mesh.ts";
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
  return { cluster: clusterOf(inventory, mesh), mesh, pods: podsOf(mesh), routes, entryNamespace };
}
