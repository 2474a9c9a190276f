// What a proxy has in its memory: when it starts, when it renews its certificate, and at the beginning of a rehearsal.
import { certificateHashes } from "../core/certificates.ts";
import type { Hash } from "../core/hash.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { byWorkload, type PodShape } from "../federation/pod-index.ts";
import { findTyped, type Typed } from "../inventory/cluster.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { rootKey } from "../inventory/roots.ts";
import { groupOf, memoryKey, type ProxyMemory, withMemory } from "./proxy-groups.ts";
import type { World } from "./world.ts";

/**
 * A proxy of the mesh that starts now. While its mesh has a peer, it validates each trust domain by the roots of that domain's
 * peer (docs/facts.md, trust.per-domain-validator), else all by the bundle that istiod hands out. Where istiod hands out
 * nothing, it has nothing (federation.lone-peer-blocks).
 */
export function freshProxy(world: World, mesh: Mesh): ProxyMemory {
  const memory = world.meshes.get(mesh.id);
  const bundle = memory?.bundle ?? null;
  const configured = (memory?.frozen ?? null) === null;
  const make = (): ProxyMemory => {
    const roots = bundle?.roots ?? [];
    return { network: mesh.network, roots, domains: domainsOf(world, mesh, roots), configured };
  };
  return world.derived().kept(configured ? "fresh proxy" : "fresh proxy without configuration", mesh.id, bundle, make);
}

/** What a proxy of the mesh that starts now has in its memory, as a text. */
export function freshKey(world: World, mesh: Mesh): string {
  const fresh = freshProxy(world, mesh);
  return world.derived().kept("fresh key", mesh.id, fresh, () => memoryKey(fresh));
}

/** The roots by trust domain, own and peers'; null: the mesh has no peer. */
function domainsOf(world: World, mesh: Mesh, roots: readonly Hash[]): ReadonlyMap<string, readonly Hash[]> | null {
  if (mesh.peers.length === 0) return null;
  const domains = new Map<string, readonly Hash[]>();
  for (const peer of mesh.peers) {
    const domain = peer.view.spec.security.trustDomain;
    domains.set(domain, sortedUnique([...(domains.get(domain) ?? []), ...rootsOfPeer(world, mesh, peer)]));
  }
  domains.set(mesh.trustDomain, roots);
  return domains;
}

/** The roots in the ConfigMap of a peer (maistra/api federation/v1: by default named after the peer, in its namespace). */
export function rootsOfPeer(
  world: World,
  mesh: Mesh,
  { ref, view }: Typed<"ServiceMeshPeer.federation.maistra.io">,
): readonly Hash[] {
  const { name, namespace, key } = view.spec.security.certificateChain;
  const cluster = clusterOf(world.derived().inventory, mesh);
  const found = findTyped(cluster, "ConfigMap", namespace || ref.namespace, name || `${ref.name}-ca-root-cert`);
  return certificateHashes(found?.view.data[key || rootKey] ?? "");
}

/**
 * The proxy with a new certificate: it takes the roots of now with it (trust.proxies-renew), and keeps those of peers that it was
 * told of earlier until it starts anew (retire.fresh-proxies). Its network stays what its environment says.
 *
 * `fresh`: what one that starts now would get.
 */
export function renewedProxy(mesh: Mesh, memory: ProxyMemory, fresh: ProxyMemory): ProxyMemory {
  if (!memory.configured || !fresh.configured) return memory;
  if (memory.domains === null && fresh.domains === null) return { ...memory, roots: fresh.roots };
  const domains = new Map([...(memory.domains ?? []), ...(fresh.domains ?? [])]);
  domains.set(mesh.trustDomain, fresh.roots);
  return { ...memory, roots: fresh.roots, domains };
}

/** The proxies of a mesh's workloads: injected ones of its members, and everything with a proxy in the control plane's namespace. */
export function proxyShapes(world: World, mesh: Mesh): readonly PodShape[] {
  const { pods, templates } = world.derived().podsOf(mesh);
  const namespaces = new Set([...mesh.memberNamespaces, mesh.namespace]);
  return [...pods, ...templates].filter(({ sidecar, namespace }) => sidecar && namespaces.has(namespace));
}

/** The world in which every proxy has what it got when it started. */
export function withProxiesAtStart(world: World): World {
  let { proxies } = world;
  for (const mesh of world.derived().inventory.meshes) {
    const fresh = freshProxy(world, mesh);
    for (const shapes of byWorkload(proxyShapes(world, mesh)).values()) {
      const first = shapes.find(({ live }) => live);
      // What is scaled to zero has no memory: it starts when it is scaled up.
      if (first)
        proxies = withMemory(proxies, refKey(first.workload), mesh.id, {
          ...fresh,
          network: networkOf(shapes, fresh.network),
        });
    }
  }
  return { ...world, proxies };
}

/** What the environment of running pods says (Istio 1.20, injection template); pods that are yet to be made get what is set now. */
function networkOf(shapes: readonly PodShape[], otherwise: string | null): string | null {
  const proxies = shapes
    .filter(({ live }) => live)
    .flatMap(({ spec }) => [...spec.containers, ...spec.initContainers])
    .filter(({ name }) => name === "istio-proxy");
  if (proxies.length === 0) return otherwise;
  const networks = proxies.map(({ env }) => env.find(({ name }) => name === "ISTIO_META_NETWORK")?.value ?? "");
  // Of pods that differ the one without counts: it is the one that would fail.
  return networks.every((network) => network !== "") ? (networks[0] ?? null) : null;
}

/** The memory of a workload's proxies; of one that nobody has seen start, what it would get now. */
export function proxyOf(world: World, mesh: Mesh, workload: ObjectRef): ProxyMemory {
  return groupOf(world.proxies, world.readings.keyOf(workload))?.memory ?? freshProxy(world, mesh);
}

/** The same as a text, refKey of the workload given. */
export function proxyKey(world: World, mesh: Mesh, workload: string): string {
  return groupOf(world.proxies, workload)?.key ?? freshKey(world, mesh);
}
