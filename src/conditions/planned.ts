// What of a plan the judge looks at: whom probe groups name, what their routes lead to, and where the meshes keep what carries them.
import type { MeshId, RouteId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { Route } from "../routes/route.ts";
import type { Slot } from "../target/desired-object.ts";

/** A mesh as conditions need it. Small: one for each mesh, whatever it exports. */
export interface PlannedMesh {
  readonly id: MeshId;
  readonly trustDomain: string;
  readonly istiod: ObjectRef;
  /** Where its remote Gateways lie, each named like the network that it leads to. */
  readonly entryNamespace: string;
  /** The network under which its importers know it. */
  readonly remoteNetwork: string;
  /** Its east-west gateways: for all importers (null), or for one. Empty where it exports nothing that is carried. */
  readonly gateways: readonly { readonly importer: MeshId | null; readonly deployment: ObjectRef }[];
  /** Federation's egress gateways, whose pods are the endpoints of imported hosts; sorted. */
  readonly egress: readonly ObjectRef[];
}

export interface Planned {
  readonly slots: readonly Slot[];
  readonly routes: readonly Route[];
  readonly probes: readonly ProbeGroup[];
  readonly meshes: readonly PlannedMesh[];
}

/** The same by name: made once for all conditions of a plan. */
export interface PlanIndex {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly routes: ReadonlyMap<RouteId, Route>;
  readonly probes: ReadonlyMap<string, ProbeGroup>;
  readonly meshes: ReadonlyMap<MeshId, PlannedMesh>;
  /** The mesh of an east-west gateway, and whom the gateway is for. */
  readonly gateways: ReadonlyMap<string, { readonly mesh: PlannedMesh; readonly importer: MeshId | null }>;
  /** Carried routes by exporting mesh and host, joined by "|". */
  readonly exposed: ReadonlyMap<string, readonly Route[]>;
}

export function indexPlan({ slots, routes, probes, meshes }: Planned): PlanIndex {
  const exposed = new Map<string, Route[]>();
  for (const route of routes) {
    if (route.carry.mode === "none") continue;
    for (const { exported } of route.backends) {
      const key = `${exported.exporter}|${route.host}`;
      const known = exposed.get(key);
      if (known) known.push(route);
      else exposed.set(key, [route]);
    }
  }
  return {
    slots: new Map(slots.map((slot) => [slot.id, slot])),
    routes: new Map(routes.map((route) => [route.id, route])),
    probes: new Map(probes.map((group) => [group.id, group])),
    meshes: new Map(meshes.map((mesh) => [mesh.id, mesh])),
    gateways: new Map(
      meshes.flatMap((mesh) =>
        mesh.gateways.map(({ importer, deployment }) => [refKey(deployment), { mesh, importer }] as const),
      ),
    ),
    exposed,
  };
}
