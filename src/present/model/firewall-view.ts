// What firewalls between the clusters must let through, and from when on the old way may be closed: a request to hand on. Works from the plan alone and what was read.
import type { LinkId, MeshId } from "../../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { type ObjectRef, refKey } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { groupBy, sortedBy, sortedUnique } from "../../core/order.ts";
import { gatewayNamespace, ingressService } from "../../federation/gateways.ts";
import type { Cluster, Typed } from "../../inventory/cluster.ts";
import { clusterOf, type Inventory, type Mesh } from "../../inventory/mesh.ts";
import type { PhaseId, Plan } from "../../plan/plan.ts";
import { egressIpsFor } from "../../target/egress-sources.ts";
import type { Slot } from "../../target/desired-object.ts";
import { eastWestPort, importerAnnotation, meshAnnotation } from "../../target/names.ts";

/** Pods of one namespace, and the addresses by which they leave their cluster. */
export interface FirewallSource {
  readonly namespace: string;
  /** Of an EgressIP; empty: the address of whichever node the pod runs on. */
  readonly egressIps: readonly string[];
}

/** One way from one mesh to another. */
export interface FirewallRequest {
  readonly from: { readonly mesh: MeshId; readonly cluster: string };
  readonly to: { readonly mesh: MeshId; readonly cluster: string };
  readonly protocol: "TCP";
  /** null: a node port, known once phase export has made the Service. */
  readonly port: number | null;
  /** The Service whose load balancer's addresses the plan waits for; null: it waits for none. */
  readonly service: ObjectRef | null;
  /** null: known once phase export has made the Service. */
  readonly addresses: readonly string[] | null;
  /** Client namespaces: all of them open connections. */
  readonly sources: readonly FirewallSource[];
  /** Addresses of the nodes, where Nodes were supplied. */
  readonly nodes: readonly string[];
  /** Before which phase it must be open. */
  readonly openBefore: PhaseId;
  readonly today: TodaysWay;
}

/** Federation's own way, which ends when the link's sets and peers are gone. */
export interface TodaysWay {
  /** The egress gateways, the only pods that leave the cluster today. */
  readonly gateways: readonly (FirewallSource & { readonly name: string })[];
  readonly addresses: readonly string[];
  readonly servicePorts: readonly number[];
  readonly discoveryPorts: readonly number[];
  /** After which phase the service ports may be closed in this direction; null: not by this plan. */
  readonly serviceUntil: PhaseId | null;
  /** The same for the discovery ports, which the control planes need as long as there are peers. */
  readonly discoveryUntil: PhaseId | null;
}

interface Way {
  readonly importer: Mesh;
  readonly exporter: Mesh;
  readonly links: readonly LinkId[];
  readonly namespaces: readonly string[];
}

/** One request for every pair of importer and exporter with carried hosts, in the order of their ids. */
export function firewallRequests(plan: Plan, inventory: Inventory): FirewallRequest[] {
  const endings = endingsOf(plan, inventory);
  // Looked for once: they are a few among tens of thousands of objects.
  const remotes = Object.values(plan.objects).filter(isRemoteGateway);
  return waysOf(plan, inventory).map((way) => requestOf(way, plan, remotes, inventory, endings));
}

function waysOf({ routes }: Plan, inventory: Inventory): Way[] {
  const meshes = new Map(inventory.meshes.map((mesh) => [mesh.id, mesh]));
  const carried = routes
    .filter(({ carry }) => carry.mode !== "none")
    .flatMap((route) => route.backends.map((backend) => ({ route, backend })));
  const pairs = groupBy(carried, ({ route, backend }) => `${route.importer}|${backend.exported.exporter}`);
  return sortedBy(pairs, ([key]) => key).flatMap(([, pair]): Way[] => {
    const [first] = pair;
    const importer = first && meshes.get(first.route.importer);
    const exporter = first && meshes.get(first.backend.exported.exporter);
    if (!importer || !exporter) return [];
    const links = new Set(pair.flatMap(({ backend }) => backend.links));
    // Routes of one importer mostly share one list.
    const lists = new Set(pair.map(({ route }) => route.clientNamespaces));
    const namespaces = new Set([...lists].flat());
    return [{ importer, exporter, links: sortedUnique(links), namespaces: sortedUnique(namespaces) }];
  });
}

function requestOf(
  way: Way,
  plan: Plan,
  remotes: readonly Json[],
  inventory: Inventory,
  endings: Endings,
): FirewallRequest {
  const { importer, exporter, namespaces } = way;
  const cluster = clusterOf(inventory, importer);
  const remote = remoteGatewayOf(remotes, inventory, importer, exporter);
  const field = valueAt(remote, "/spec/addresses");
  const port = valueAt(remote, "/spec/listeners/0/port");
  const awaited = slotAt(plan, field);
  const service = awaited?.type === "addresses" ? awaited.from : null;
  return {
    from: { mesh: importer.id, cluster: importer.cluster },
    to: { mesh: exporter.id, cluster: exporter.cluster },
    protocol: "TCP",
    port: typeof port === "number" ? port : isJsonObject(port) ? null : eastWestPort,
    service,
    addresses: service ? serviceAddresses(clusterOf(inventory, exporter), service) : statedAddresses(field),
    sources: namespaces.map((namespace) => ({ namespace, egressIps: egressIpsFor(cluster, namespace) })),
    nodes: nodeAddresses(cluster),
    // The canary is moved at the end of the import phase, and its way is tried before.
    openBefore: "import",
    today: todaysWay(way, inventory, endings),
  };
}

/** What the importer is told of the exporter's gateway: by the plan, or, when that is done, by the object that is there. */
function remoteGatewayOf(
  planned: readonly Json[],
  inventory: Inventory,
  importer: Mesh,
  exporter: Mesh,
): Json | undefined {
  const there = clusterOf(inventory, importer).byKind.get("Gateway.gateway.networking.k8s.io") ?? [];
  return [...planned, ...there.map(({ body }) => body).filter(isRemoteGateway)].find((body) => {
    const annotations = valueAt(body, "/metadata/annotations");
    return (
      isJsonObject(annotations) &&
      annotations[meshAnnotation] === exporter.id &&
      annotations[importerAnnotation] === importer.id
    );
  });
}

function isRemoteGateway(body: JsonObject): boolean {
  return body["kind"] === "Gateway" && valueAt(body, "/spec/gatewayClassName") === "istio-remote";
}

/** The slot that a field waits for. */
function slotAt({ slots }: Plan, field: Json | undefined): Slot | undefined {
  return isJsonObject(field) ? slots.find(({ id }) => id === field["$slot"]) : undefined;
}

function statedAddresses(field: Json | undefined): string[] | null {
  const values = (Array.isArray(field) ? (field as readonly Json[]) : []).flatMap((each) => {
    const value = valueAt(each, "/value");
    return typeof value === "string" ? [value] : [];
  });
  return values.length > 0 ? sortedUnique(values) : null;
}

function serviceAddresses(cluster: Cluster, { namespace, name }: ObjectRef): string[] | null {
  const service = cluster.byName.Service.get(`${namespace}/${name}`);
  const addresses = service ? balancerAddresses(service) : [];
  return addresses.length > 0 ? addresses : null;
}

function balancerAddresses({ view }: Typed<"Service">): string[] {
  const { ingress } = view.status.loadBalancer;
  return sortedUnique(ingress.flatMap(({ ip, hostname }) => [ip, hostname]).filter((address) => address !== ""));
}

function nodeAddresses(cluster: Cluster): string[] {
  const addresses = cluster.typed.Node.flatMap(({ view }) => view.status.addresses);
  return sortedUnique(addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address));
}

function todaysWay({ importer, exporter, links }: Way, inventory: Inventory, endings: Endings): TodaysWay {
  const cluster = clusterOf(inventory, importer);
  const near = peersOf(importer, links);
  const far = peersOf(exporter, links);
  const names = sortedUnique(near.map(({ view }) => view.spec.gateways.egress.name));
  const claimed = near.flatMap(({ view }) => view.spec.remote.addresses);
  const actual = far.flatMap((peer) => {
    const service = ingressService(clusterOf(inventory, exporter), exporter, peer);
    return service ? balancerAddresses(service) : [];
  });
  const sets = near.map(({ ref }) => ({ ...ref, kind: "ImportedServiceSet" }));
  return {
    gateways: names.map((name) => {
      const namespace = gatewayNamespace(importer, "egress", name);
      return { name, namespace, egressIps: egressIpsFor(cluster, namespace) };
    }),
    addresses: sortedUnique(claimed.length > 0 ? claimed : actual),
    servicePorts: ports(near.map(({ view }) => view.spec.remote.servicePort ?? 15443)),
    discoveryPorts: ports(near.map(({ view }) => view.spec.remote.discoveryPort ?? 8188)),
    serviceUntil: endings(sets),
    discoveryUntil: endings(near.map(({ ref }) => ref)),
  };
}

/** A link's id names both of its peers, "CLUSTER/NAMESPACE/NAME" each. */
function peersOf(mesh: Mesh, links: readonly LinkId[]): Mesh["peers"] {
  const ends = new Set(links.flatMap((link) => link.split("<->")));
  return mesh.peers.filter(({ ref }) => ends.has(`${ref.cluster}/${ref.namespace}/${ref.name}`));
}

function ports(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((left, right) => left - right);
}

/** After which phase none of some objects is there any more; null where one stays. Worked out once for all of them. */
type Endings = (refs: readonly ObjectRef[]) => PhaseId | null;

function endingsOf({ phases }: Plan, inventory: Inventory): Endings {
  const deletedIn = new Map<string, PhaseId>();
  for (const { id, steps } of phases) {
    for (const { action } of steps) {
      if (action.do === "delete") deletedIn.set(refKey(action.ref), id);
      if (action.do === "delete-together") for (const ref of action.refs) deletedIn.set(refKey(ref), id);
    }
  }
  const there = new Set(
    inventory.clusters
      .flatMap(({ typed }) => [
        ...typed["ImportedServiceSet.federation.maistra.io"],
        ...typed["ServiceMeshPeer.federation.maistra.io"],
      ])
      .map(({ ref }) => refKey(ref)),
  );
  return (refs) => {
    const when = refs.filter((ref) => there.has(refKey(ref))).map((ref) => deletedIn.get(refKey(ref)) ?? null);
    if (when.includes(null)) return null;
    // Nothing left to wait for: as soon as the clients have moved.
    return phases.findLast(({ id }) => when.includes(id))?.id ?? "shift";
  };
}
