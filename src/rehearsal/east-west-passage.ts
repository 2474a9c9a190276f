// The way behind an address that a client dials by SNI: which gateway answers there, and what it passes the connection on to.
import type { ExposedName } from "../conditions/facts.ts";
import type { Reason } from "../dataplane/reached.ts";
import type { ClusterId, Host, MeshId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import { outsideAddresses } from "../federation/gateways.ts";
import type { PodShape } from "../federation/pod-index.ts";
import type { Cluster, Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { eastWestPort } from "../target/names.ts";
import { asCluster, type ClusterState, objectIn, sliceIn } from "./cluster-state.ts";
import { distinct, type Endpoint, endpointsOf } from "./endpoints.ts";
import { type IstiodView, servicesSeenBy } from "./known-services.ts";
import { clusterStateOf, type World } from "./world.ts";

export interface Passage {
  /** The gateway's workload; null: nothing answers at the address. */
  readonly gateway: ObjectRef | null;
  readonly mesh: Mesh | null;
  /** Where the connection comes out. */
  readonly endpoints: readonly Extract<Endpoint, { readonly to: "pod" }>[];
  readonly reason: Reason | null;
}

type Passed = Pick<Passage, "endpoints" | "reason">;

/** By an address that a client dials, or at a gateway that is known. */
export type Dialled = {
  readonly host: Host;
  /** The port of the service in the SNI. */
  readonly servicePort: number;
} & ({ readonly address: string; readonly port: number } | { readonly through: ObjectRef });

/** Follows `outbound_.PORT_._.HOST` through the gateway at an address. */
export function passThrough(world: World, dialled: Dialled, viewOf: (mesh: Mesh) => IstiodView): Passage {
  const found = "through" in dialled ? gatewayOf(world, dialled.through) : gatewayAt(world, dialled);
  const params = "through" in dialled ? {} : { address: dialled.address, port: dialled.port };
  if (!found) return nowhere({ code: "no-gateway", at: null, params });
  const [pod] = found.pods;
  const mesh = pod ? meshOfProxy(world, pod) : undefined;
  if (!pod || !mesh) return nowhere({ code: "no-gateway", at: found.at, params });
  const view = viewOf(mesh);
  const { host, servicePort } = dialled;
  const passed = view.kept(`from ${found.port} on to ${servicePort}`, host, pod, () =>
    ledTo(view, pod, { port: found.port, host, servicePort }),
  );
  return { gateway: pod.workload, mesh, ...passed };
}

interface Sni {
  /** The port of the gateway that was dialled. */
  readonly port: number;
  readonly host: Host;
  readonly servicePort: number;
}

/** Where a gateway's pod leads a connection of this SNI. */
function ledTo(view: IstiodView, pod: PodShape, { port, host, servicePort }: Sni): Passed {
  const name = `outbound_.${servicePort}_._.${host}`;
  const exposures = exposuresAt(view, pod).filter((exposure) => exposure.port === port && admits(exposure, host));
  const seen = servicesSeenBy(view, pod.namespace, host).filter(({ ports }) =>
    ports.some(({ number }) => number === servicePort),
  );
  if (exposures.length === 0 || seen.length === 0) {
    const at = exposures[0]?.gateway ?? pod.workload;
    return { endpoints: [], reason: { code: "not-exposed", at, params: { name } } };
  }
  const [service1, ...others] = seen;
  // Two chains of one name (docs/facts.md, export.hosts-are-unique); a service of Kubernetes beside an entry makes one.
  const rivals = others.filter(({ from }) => from === service1?.from);
  if (!service1 || rivals.length > 0)
    return { endpoints: [], reason: { code: "exposed-twice", at: others[0]?.ref ?? null, params: { name } } };
  const target = seen.find(({ from }) => from === "service") ?? service1;
  const { endpoints } = endpointsOf(view, target, servicePort, networkOf(view.state, pod));
  const local = distinct(endpoints).filter((each) => each.to === "pod");
  // Endpoints without mTLS are left out of a passthrough cluster (Istio 1.20, EndpointsWithMTLSFilter).
  const reached = local.filter(({ mtls }) => mtls);
  if (reached.length > 0) return { endpoints: reached, reason: null };
  const [without] = local;
  const reason: Reason = without
    ? { code: "no-mtls", at: without.shape.workload, params: { host } }
    : { code: "no-endpoint", at: target.ref, params: { host } };
  return { endpoints: [], reason };
}

function nowhere(reason: Reason): Passage {
  return { gateway: null, mesh: null, endpoints: [], reason };
}

interface GatewayAt {
  /** The Service's own port. */
  readonly port: number;
  readonly at: ObjectRef;
  readonly cluster: ClusterId;
  readonly pods: readonly PodShape[];
}

/** The Service that answers at an address from outside its cluster, and the pods behind it. */
function gatewayAt(
  world: World,
  { address, port }: { readonly address: string; readonly port: number },
): GatewayAt | null {
  return world.derived().kept(`gateway at port ${port}`, address, null, () => findGateway(world, address, port));
}

/** Whether a Service that is known answers at the address from outside its cluster. */
export function isGateway(world: World, address: string, port: number): boolean {
  return gatewayAt(world, { address, port }) !== null;
}

function findGateway(world: World, address: string, port: number): GatewayAt | null {
  for (const state of world.clusters.values()) {
    const cluster = asCluster(state);
    for (const service of servicesWithOutside(cluster)) {
      if (!outsideAddresses(cluster, service).includes(address)) continue;
      const at = service.view.spec.ports.find((each) => each.port === port || each.nodePort === port);
      if (!at) continue;
      const mesh = world.derived().inventory.meshes.find((each) => each.cluster === state.id);
      const index = mesh && world.derived().podsOf(mesh);
      const namespace = service.ref.namespace ?? "";
      const pods = index?.find("pods", namespace, service.view.spec.selector) ?? [];
      const idle = pods.length > 0 ? [] : (index?.find("templates", namespace, service.view.spec.selector) ?? []);
      return { port: at.port, at: service.ref, cluster: state.id, pods: [...pods, ...idle] };
    }
  }
  return null;
}

function servicesWithOutside(cluster: Cluster): readonly Typed<"Service">[] {
  return cluster.typed.Service.filter(
    ({ view: { spec } }) => spec.type === "LoadBalancer" || spec.type === "NodePort" || spec.externalIPs.length > 0,
  );
}

/** The mesh whose istiod runs a proxy: by its revision label, else the one that its namespace belongs to, else the only one. */
export function meshOfProxy(world: World, { workload, labels }: PodShape): Mesh | undefined {
  const meshes = world.derived().inventory.meshes.filter(({ cluster }) => cluster === workload.cluster);
  const namespace = workload.namespace ?? "";
  return (
    meshes.find(({ name }) => labels["istio.io/rev"] === name) ??
    meshes.find((mesh) => mesh.namespace === namespace || mesh.memberNamespaces.includes(namespace)) ??
    (meshes.length === 1 ? meshes[0] : undefined)
  );
}

/** The same for a gateway's workload. */
function gatewayOf(world: World, workload: ObjectRef): GatewayAt | null {
  const mesh = world.derived().inventory.meshes.find(({ cluster }) => cluster === workload.cluster);
  if (!mesh) return null;
  const own = world.derived().shapesOf(workload);
  return own.length === 0 ? null : { port: eastWestPort, at: workload, cluster: workload.cluster, pods: own };
}

interface Exposure {
  readonly gateway: ObjectRef;
  readonly port: number;
  /** Names without their namespaces. */
  readonly hosts: ReadonlySet<string>;
  /** Those of them that stand for others. */
  readonly patterns: readonly string[];
}

/** The AUTO_PASSTHROUGH servers that hold for a gateway's pod (Istio 1.20, gateway.go). */
function exposuresAt(view: IstiodView, pod: PodShape): readonly Exposure[] {
  const slice = sliceIn(view.state, "Gateway.networking.istio.io");
  return slice.kept("exposures", view.readings.keyOfPod(view.mesh, pod), pod, () =>
    // The slice is of this kind.
    (slice.typed() as unknown as readonly Typed<"Gateway.networking.istio.io">[]).flatMap((gateway) => {
      const { selector, servers } = gateway.view.spec;
      if (!view.watches(gateway.ref.namespace ?? "") || !matchesPairs(selector, pod.labels)) return [];
      return servers.flatMap(({ port, hosts }, at): Exposure[] => {
        const mode = valueAt(gateway.object.body, `/spec/servers/${at}/tls/mode`);
        if (mode !== "AUTO_PASSTHROUGH" || port.number === null) return [];
        const names = new Set(hosts.map(hostIn));
        const patterns = [...names].filter((name) => name.startsWith("*"));
        return [{ gateway: gateway.ref, port: port.number, hosts: names, patterns }];
      });
    }),
  );
}

/** Each SNI that the gateway's pods pass on, with the chains that match it and the endpoints behind it. */
export function exposedAt(view: IstiodView, pod: PodShape): readonly (readonly [sni: string, name: ExposedName])[] {
  const hosts = sortedUnique(exposuresAt(view, pod).flatMap((each) => [...each.hosts]));
  const network = networkOf(view.state, pod);
  return hosts.flatMap((name) => {
    const seen = servicesSeenBy(view, pod.namespace, name as Host);
    const ports = [...new Set(seen.flatMap((each) => each.ports.map(({ number }) => number)))];
    return ports.map((port) => {
      const chains = seen.filter((each) => each.ports.some(({ number }) => number === port));
      const [first] = chains;
      const held = first ? distinct(endpointsOf(view, first, port, network).endpoints) : [];
      const healthy = held.filter((each) => each.to === "pod" && each.mtls).length;
      const kubernetes = chains.some(({ from }) => from === "service");
      return [`outbound_.${port}_._.${name}`, { chains: kubernetes ? 1 : chains.length, healthy }] as const;
    });
  });
}

/** The pods with an AUTO_PASSTHROUGH server, as far as the mesh's istiod runs them. */
function exposingPods(world: World, view: IstiodView): readonly PodShape[] {
  const slice = sliceIn(view.state, "Gateway.networking.istio.io");
  if (slice.objects.size === 0) return [];
  const index = world.derived().podsOf(view.mesh);
  return slice.kept("exposing pods", view.mesh.id, index, () =>
    [...index.pods, ...index.templates].filter(
      (pod) => pod.sidecar && meshOfProxy(world, pod)?.id === view.mesh.id && exposuresAt(view, pod).length > 0,
    ),
  );
}

/** The hosts that any AUTO_PASSTHROUGH server of the mesh's gateways names; names with a wildcard as they stand. */
export function exposedHosts(world: World, mesh: Mesh, viewOf: (mesh: Mesh) => IstiodView): ReadonlySet<string> {
  const { frozen } = world.meshes.get(mesh.id) ?? {};
  const slice = sliceIn(clusterStateOf(frozen ?? world, mesh.cluster), "Gateway.networking.istio.io");
  return slice.kept("exposed hosts", mesh.id, world.derived().podsOf(mesh), () => {
    const view = viewOf(mesh);
    const pods = exposingPods(world, view);
    return new Set(pods.flatMap((pod) => exposuresAt(view, pod).flatMap(({ hosts }) => [...hosts])));
  });
}

export interface ExposedPod {
  readonly shape: PodShape;
  readonly port: number;
}

/** The pods that any AUTO_PASSTHROUGH server of the mesh's gateways leads to by this name, each workload and port once. */
export function exposedTo(world: World, view: IstiodView, host: Host): readonly ExposedPod[] {
  const shapes = new Map<string, ExposedPod>();
  for (const pod of exposingPods(world, view)) {
    if (!exposuresAt(view, pod).some((exposure) => admits(exposure, host))) continue;
    const network = networkOf(view.state, pod);
    for (const service of servicesSeenBy(view, pod.namespace, host))
      for (const { number } of service.ports)
        for (const each of endpointsOf(view, service, number, network).endpoints)
          if (each.to === "pod" && each.mtls)
            shapes.set(`${refKey(each.shape.workload)}|${each.port}`, { shape: each.shape, port: each.port });
  }
  return [...shapes.values()];
}

function hostIn(pattern: string): string {
  return pattern.slice(pattern.indexOf("/") + 1);
}

/** A host, or with a wildcard in front (Istio, Gateway reference). */
function admits({ hosts, patterns }: Exposure, host: Host): boolean {
  return (
    hosts.has(host) || patterns.some((name) => name === "*" || (name.startsWith("*.") && host.endsWith(name.slice(1))))
  );
}

/** The network that a gateway's pods are told by their Gateway's label. */
function networkOf(state: ClusterState, { workload, labels }: PodShape): string | null {
  const own = labels["topology.istio.io/network"];
  if (own !== undefined) return own;
  const name = (workload.name ?? "").replace(/-istio$/u, "");
  const gateway = objectIn(state, { ...workload, group: "gateway.networking.k8s.io", kind: "Gateway", name });
  const label: Json | undefined = gateway && valueAt(gateway.body, "/metadata/labels/topology.istio.io~1network");
  return typeof label === "string" ? label : null;
}

/** Of the meshes of a world, those by id. */
export function meshById(world: World, id: MeshId): Mesh {
  const mesh = world.derived().mesh(id);
  if (!mesh) throw new Error(`the world has no mesh ${id}`);
  return mesh;
}
