// The clients of a world, in classes of those that cannot differ, and the pairs of class and host that a rehearsal looks at.
import type { Host, MeshId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy, sortedBy } from "../core/order.ts";
import { portsOf } from "../conditions/pairs.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { injectedWorkloads } from "../routes/client-namespaces.ts";
import { gatewayClients } from "../routes/gateway-clients.ts";
import { istiodView } from "./known-services.ts";
import type { RehearsedPair } from "./rehearsal.ts";
import type { World } from "./world.ts";

/** Clients of one namespace, account and Sidecar: what istiod tells them, and what servers see of them, is the same. */
export interface ClientClass {
  readonly mesh: MeshId;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** One for each workload; sorted, at least one. */
  readonly members: readonly PodShape[];
}

/** The classes of a mesh's clients: injected workloads of its members, and gateways that send to imported hosts. */
export function clientClasses(world: World, mesh: Mesh): readonly ClientClass[] {
  const derived = world.derived();
  const pods = derived.podsOf(mesh);
  const hosts = new Set(derived.importsOf(mesh.id).keys());
  const gateways = gatewayClients(clusterOf(derived.inventory, mesh), mesh, pods, hosts);
  const workloads = new Set([...injectedWorkloads(mesh, pods, gateways).values()].flat().map(refKey));
  const view = istiodView(world, mesh);
  const shapes = new Map<string, PodShape>();
  // Pods come before the templates that would make more of them.
  for (const shape of [...pods.pods, ...pods.templates]) {
    const key = refKey(shape.workload);
    if (shape.sidecar && workloads.has(key) && !shapes.has(key)) shapes.set(key, shape);
  }
  const classOf = (shape: PodShape): string => {
    const sidecar = view.sidecarOf(shape.namespace, shape.labels);
    return canonicalJson([shape.namespace, shape.serviceAccount, sidecar === null ? "" : refKey(sidecar.ref)]);
  };
  return sortedBy(groupBy(shapes.values(), classOf), ([key]) => key).flatMap(([, members]) => {
    const [first] = members;
    if (!first) return [];
    const { namespace, serviceAccount } = first;
    return [
      { mesh: mesh.id, namespace, serviceAccount, members: sortedBy(members, ({ workload }) => refKey(workload)) },
    ];
  });
}

/** A pair, and the class whose requests it stands for. */
export interface PairOfClass {
  readonly pair: RehearsedPair;
  readonly members: readonly PodShape[];
}

/** Every class of clients with every port of every host that its mesh imports. UDP never passes a proxy. */
export function importedPairs(world: World): readonly PairOfClass[] {
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
    }));
    return clientClasses(world, mesh).flatMap(({ namespace, serviceAccount, members }) =>
      hosts.flatMap(({ host, ports }) =>
        [...new Set(ports)]
          .sort((left, right) => left - right)
          .map(
            (port): PairOfClass => ({
              pair: { mesh: mesh.id, namespace, serviceAccount, clients: members.map(workloadOf), host, port },
              members,
            }),
          ),
      ),
    );
  });
}

function workloadOf({ workload }: PodShape): ObjectRef {
  return workload;
}
