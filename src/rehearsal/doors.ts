// Who can get at an exported workload through its mesh's east-west gateway by dialling its name, whatever their own istiod tells them.
import type { Host, MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { refKey } from "../core/object-ref.ts";
import { exposedHosts, exposedTo } from "./east-west-passage.ts";
import { proxyOf } from "./proxies.ts";
import { refusedByPolicy, strangersAt } from "./server.ts";
import { accepts } from "./trust.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Affected } from "./affected.ts";
import type { Look } from "./ways.ts";
import type { World } from "./world.ts";

export interface Door {
  /** Whose clients get in. */
  readonly mesh: MeshId;
  readonly workload: ObjectRef;
}

/**
 * The doors through every AUTO_PASSTHROUGH server of a mesh, by one of the names that it passes on: a gateway that passes connections
 * on asks nobody who they are (docs/facts.md, export.passthrough-admits-all). A mesh whose root the workload trusts is let in unless
 * a policy refuses.
 */
export function openDoors({ world, told }: Look, far: Mesh, host: Host): readonly Door[] {
  const view = told(far);
  const doors = new Map<string, Door>();
  for (const { shape, port } of exposedTo(world, view, host)) {
    const server = proxyOf(world, far, shape.workload);
    for (const near of world.derived().inventory.meshes) {
      if (near.id === far.id || !accepts(server, near, world)) continue;
      const callers = strangersAt(view, shape, near.trustDomain);
      if (callers.every((caller) => refusedByPolicy(view, shape, port, caller) !== null)) continue;
      doors.set(`${near.id}|${refKey(shape.workload)}`, { mesh: near.id, workload: shape.workload });
    }
  }
  return [...doors.values()];
}

/** The doors of every mesh, by every name that its gateways pass on. */
export function allDoors(look: Look): readonly Door[] {
  return look.world
    .derived()
    .inventory.meshes.flatMap((far) =>
      [...exposedHosts(look.world, far, look.told)].flatMap((host) => openDoors(look, far, host as Host)),
    );
}

/** The open doors that a change may have opened. `before`: meshes where nothing is another since then are left out; null: none are. */
export function doorsWithin(before: World | null, look: Look, { hosts, clusters }: Affected): readonly Door[] {
  if (hosts.size + clusters.size === 0) return [];
  const { world } = look;
  const isElsewhere =
    before?.derived === world.derived && before.meshes === world.meshes && before.proxies === world.proxies;
  return world.derived().inventory.meshes.flatMap((far) => {
    if (isElsewhere && before.clusters.get(far.cluster) === world.clusters.get(far.cluster)) return [];
    const exposed = exposedHosts(world, far, look.told);
    const named = clusters.has(far.cluster) ? [...exposed] : [...hosts].filter((host) => exposed.has(host));
    return named.flatMap((host) => openDoors(look, far, host as Host));
  });
}

/** The doors that federation holds open at the start: to the workloads of what is exported to a mesh, which decides itself what it imports. */
export function doorsOfFederation({ world }: Look): ReadonlySet<string> {
  const open = new Set<string>();
  for (const { importer, runners } of world.derived().federation.exports)
    if (runners.known) for (const { workload } of runners.value) open.add(`${importer}|${refKey(workload)}`);
  return open;
}

export function doorKey({ mesh, workload }: Door): string {
  return `${mesh}|${refKey(workload)}`;
}
