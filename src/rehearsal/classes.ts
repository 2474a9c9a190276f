// The clients of a world, in classes of those that cannot differ, and the pairs of class and host that a rehearsal looks at.
import type { ClusterId, Host, MeshId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../core/order.ts";
import { portsOf } from "../conditions/pairs.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { injectedWorkloads } from "../routes/client-namespaces.ts";
import { gatewayClients } from "../routes/gateway-clients.ts";
import { type Keep, keeper } from "./keeper.ts";
import type { Likeness } from "./likeness.ts";
import type { RehearsedClients, RehearsedPair } from "./rehearsal.ts";
import type { World } from "./world.ts";

/** Clients that cannot differ: what istiod tells them, and what servers see of them, comes to the same. */
export interface ClientClass {
  readonly mesh: MeshId;
  /** Its first member's key: no other class has it. */
  readonly name: string;
  /** By namespace and account; sorted. */
  readonly clients: readonly RehearsedClients[];
  /** One for each workload; sorted, at least one. */
  readonly members: readonly PodShape[];
  /** What others make out of the members. */
  readonly kept: Keep;
}

/** The classes of a mesh's clients: injected workloads of its members, and gateways that send to imported hosts. */
export function clientClasses(world: World, mesh: Mesh, alike: Likeness): readonly ClientClass[] {
  const derived = world.derived();
  const pods = derived.podsOf(mesh);
  const hosts = new Set(derived.importsOf(mesh.id).keys());
  const gateways = gatewayClients(clusterOf(derived.inventory, mesh), mesh, pods, hosts);
  const workloads = new Set([...injectedWorkloads(mesh, pods, gateways).values()].flat().map(refKey));
  const shapes = new Map<string, PodShape>();
  // Pods come before the templates that would make more of them.
  for (const shape of [...pods.pods, ...pods.templates]) {
    const key = refKey(shape.workload);
    if (shape.sidecar && workloads.has(key) && !shapes.has(key)) shapes.set(key, shape);
  }
  const classes = groupBy(shapes.values(), (shape) => alike(mesh, shape));
  return sortedBy(
    [...classes.values()].map((members) => sortedBy(members, ({ workload }) => refKey(workload))),
    nameOf,
  ).map((members) => ({ mesh: mesh.id, name: nameOf(members), clients: clientsOf(members), members, kept: keeper() }));
}

function nameOf([first]: readonly PodShape[]): string {
  return first ? refKey(first.workload) : "";
}

function clientsOf(members: readonly PodShape[]): readonly RehearsedClients[] {
  const groups = groupBy(members, ({ namespace, serviceAccount }) => `${namespace}|${serviceAccount}`);
  return sortedBy(groups, ([key]) => key).flatMap(([, [first, ...others]]) =>
    first
      ? [
          {
            namespace: first.namespace,
            serviceAccount: first.serviceAccount,
            workloads: [first, ...others].map(({ workload }) => workload),
          },
        ]
      : [],
  );
}

/** A pair, and the class whose requests it stands for. */
export interface PairOfClass {
  readonly pair: RehearsedPair;
  readonly of: ClientClass;
  /** The meshes' clusters that the host is imported from. */
  readonly exporters: readonly ClusterId[];
}

/** Every class of clients with every port of every host that its mesh imports. UDP never passes a proxy. */
export function importedPairs(world: World, alike: Likeness): readonly PairOfClass[] {
  const derived = world.derived();
  return derived.inventory.meshes.flatMap((mesh) => {
    // Parts of the mesh itself that a wide rule has caught are left out of a migration (finding exported-infrastructure).
    const imports = sortedBy(derived.importsOf(mesh.id), ([host]) => host).filter(([, group]) =>
      group.flatMap(derived.exportsOf).some(({ infrastructure }) => !infrastructure),
    );
    if (imports.length === 0) return [];
    const hosts = imports.map(([host, group]) => ({
      host: host as Host,
      ports: portsOf({
        carry: { mode: "passthrough" },
        ports: group.flatMap(derived.exportsOf).flatMap((each) => each.ports),
      }),
      exporters: sortedUnique(group.flatMap(({ exporter }) => derived.mesh(exporter)?.cluster ?? [])),
    }));
    return clientClasses(world, mesh, alike).flatMap((its) =>
      hosts.flatMap(({ host, ports, exporters }) =>
        [...new Set(ports)]
          .sort((left, right) => left - right)
          .map(
            (port): PairOfClass => ({
              pair: { mesh: mesh.id, clients: its.clients, host, port },
              of: its,
              exporters,
            }),
          ),
      ),
    );
  });
}
