// The operator of OSSM 2 keeps in the member roll's status which namespaces belong to a mesh.
import type { Json, JsonObject } from "../../core/json.ts";
import { valueAt, withValueAt } from "../../core/pointer.ts";
import { memberNamespaces } from "../../inventory/members.ts";
import { asCluster, sliceOfObjects, typedIn } from "../cluster-state.ts";
import { clusterStateOf, put, type World } from "../world.ts";
import { changesOf, type Controller } from "./controller.ts";

const rollKind = "ServiceMeshMemberRoll.maistra.io";

/** Only where the roll has a status: without one its spec is evaluated anyway (src/inventory/members.ts). */
export const members: Controller = (before, after) => {
  const kinds = ["Namespace", "ServiceMeshMember.maistra.io", rollKind];
  const clusters = new Set(kinds.flatMap((kind) => changesOf(before, after, kind).map(({ cluster }) => cluster)));
  let world: World = after;
  for (const cluster of clusters) {
    const state = clusterStateOf(world, cluster);
    const namespaces = new Set(typedIn(state, "Namespace").map(({ ref }) => ref.name));
    for (const { ref, body } of state.slices.get(rollKind)?.list() ?? []) {
      const configured = valueAt(body, "/status/configuredMembers");
      if (!Array.isArray(configured) || configured.length === 0) continue;
      const { status: _, ...asked } = body;
      const roll = { ref, apiVersion: "", origin: { cluster }, body: asked };
      const view = asCluster(state, new Map([[rollKind, sliceOfObjects([roll])]]));
      const plane = view.typed["ServiceMeshControlPlane.maistra.io"].find(
        (each) => each.ref.namespace === ref.namespace,
      );
      if (!plane) continue;
      const wanted: Json = memberNamespaces(view, plane).filter((name) => namespaces.has(name));
      if (JSON.stringify(wanted) === JSON.stringify([...(configured as string[])].sort())) continue;
      const object = state.slices
        .get(rollKind)
        ?.list()
        .find((each) => each.ref === ref);
      if (object)
        world = put(world, ref, {
          ...object,
          body: withValueAt(body, "/status/configuredMembers", wanted) as JsonObject,
        });
    }
  }
  return world;
};
