// The meshes as the plan's conditions need them: what says who an endpoint is, and through which gateway it is reached.
import type { PlannedMesh } from "../conditions/planned.ts";
import { type ObjectRef, refKey, sortedRefs } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { gatewayNamespace } from "../federation/gateways.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { PlanContext } from "./plan-context.ts";

/** Every mesh of the inventory, in the order of their ids. */
export function plannedMeshes({ inventory, target }: PlanContext): PlannedMesh[] {
  const gateways = groupBy(target.gateways, ({ places }) => places.mesh.id);
  return inventory.meshes.flatMap((mesh) => {
    const places = target.places.get(mesh.id);
    if (!places) return [];
    return [
      {
        id: mesh.id,
        trustDomain: mesh.trustDomain,
        istiod: mesh.istiod,
        entryNamespace: places.entryNamespace,
        remoteNetwork: places.remoteNetwork,
        gateways: (gateways.get(mesh.id) ?? []).map((gateway) => ({
          importer: gateway.places.importer,
          deployment: gateway.places.gatewayDeployment,
        })),
        egress: egressGateways(mesh),
      },
    ];
  });
}

/**
 * Those that the peers name, and, since peers go first, those that the control plane still declares beside them. Another egress
 * gateway of the mesh is named with them: it is nobody's endpoint unless it is federation's.
 */
function egressGateways(mesh: Mesh): ObjectRef[] {
  const { additionalEgress } = mesh.controlPlane.view.spec.gateways;
  const names = new Set([
    ...mesh.peers.map(({ view }) => view.spec.gateways.egress.name).filter((name) => name !== ""),
    ...Object.keys(additionalEgress),
  ]);
  const refs = [...names].map((name): ObjectRef => {
    const namespace = gatewayNamespace(mesh, "egress", name);
    return { cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace, name };
  });
  return sortedRefs(new Map(refs.map((ref) => [refKey(ref), ref])).values());
}
