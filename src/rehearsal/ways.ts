// The ways that a client's requests to a host can take in a world: from each endpoint that its proxy has, hop by hop, to where they end.
import type { Hop, Reason, Way } from "../dataplane/reached.ts";
import type { Host } from "../core/ids.ts";
import { type ObjectRef, refText } from "../core/object-ref.ts";
import type { ExportedService, ImportedService } from "../federation/federation.ts";
import { egressService, gatewayNamespace, ingressService, outsideAddresses } from "../federation/gateways.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { type Caller, principalOf } from "../policies/match-source.ts";
import { isGateway, meshById, passThrough } from "./east-west-passage.ts";
import { type ClientTls, clientTls } from "./client-tls.ts";
import { distinct, type Endpoint, endpointsOf, identityOf, type LeftOut, selectedPods } from "./endpoints.ts";
import { type IstiodView, istiodView, type KnownService, peerOf, serviceFor } from "./known-services.ts";
import { networkGateways } from "./network-gateways.ts";
import { passedOn, refusesPlainText } from "./plain-text.ts";
import { proxyOf } from "./proxies.ts";
import { captures, refusedByPolicy } from "./server.ts";
import { accepts } from "./trust.ts";
import { type Keep, keeper } from "./keeper.ts";
import type { ProxyMemory } from "./proxy-groups.ts";
import type { World } from "./world.ts";

export interface Client {
  readonly mesh: Mesh;
  readonly shape: PodShape;
  readonly memory: ProxyMemory;
}

/** A look at one world, with an istiod's view for each mesh, made once. */
export interface Look {
  readonly world: World;
  /** What the mesh's istiod has told its proxies, which may be of an earlier world. */
  readonly told: (mesh: Mesh) => IstiodView;
  /** What is found out in this look, once for all who ask. */
  readonly kept: Keep;
}

export function lookAt(world: World): Look {
  const views = new Map<string, IstiodView>();
  return {
    world,
    kept: keeper(),
    told: (mesh) => {
      const known = views.get(mesh.id);
      if (known) return known;
      const frozen = world.meshes.get(mesh.id)?.frozen ?? null;
      const view = istiodView(frozen ?? world, (frozen ?? world).derived().mesh(mesh.id) ?? mesh);
      views.set(mesh.id, view);
      return view;
    },
  };
}

/** The ways of a client's requests to a host and port; none: it does not know the host. */
export function waysOf(look: Look, client: Client, host: Host, port: number): readonly Way[] {
  const { shape, memory, mesh } = client;
  if (!memory.configured) {
    return [lost("local", [], { code: "no-configuration", at: mesh.istiod, params: { mesh: mesh.id } })];
  }
  const view = look.told(mesh);
  const service = serviceFor(view, shape, host);
  if (!service) return passedOn(view, shape, host, port);
  if (!service.ports.some(({ number }) => number === port)) {
    return [lost("local", [], { code: "no-service", at: service.ref, params: { host, port } })];
  }
  const tls = clientTls(view, shape, service, port);
  const { endpoints, leftOut, names } = endpointsOf(view, service, port, memory.network, tls);
  const start: Hop = { at: shape.workload, what: `dials ${host}:${port} as ${refText(service.ref, false)} says` };
  const ways = distinct(endpoints).flatMap((endpoint) =>
    waysTo(endpoint, { look, client, service, host, port, names, tls, start }),
  );
  // What is left out costs no request while there is another endpoint (Istio 1.20, ep_filters.go; seen in the lab's calibration).
  if (ways.length > 0) return ways;
  if (leftOut.length > 0) return leftOut.map((each) => leftOutWay(each, start));
  return [lost("local", [start], { code: "no-endpoint", at: service.ref, params: { host } })];
}

function leftOutWay({ at, why }: LeftOut, start: Hop): Way {
  return lost("east-west", [start], { code: why, at, params: {} });
}

interface Dial {
  readonly look: Look;
  readonly client: Client;
  readonly service: KnownService;
  readonly host: Host;
  readonly port: number;
  readonly names: readonly string[];
  readonly tls: ClientTls | null;
  readonly start: Hop;
}

function waysTo(endpoint: Endpoint, dial: Dial): readonly Way[] {
  switch (endpoint.to) {
    case "pod":
      return [localWay(endpoint, dial)];
    case "gateway":
      return eastWestWays(endpoint, dial);
    case "egress":
      return [federationWay(endpoint.imported, dial)];
    case "address": {
      const { entry, address, port, mtls } = endpoint;
      if (!isGateway(dial.look.world, address, port)) {
        const beyond: Hop = { at: entry, what: `${address}:${port}, outside of what is modelled` };
        return [arrives("local", [dial.start, beyond], null)];
      }
      if (mtls) return eastWestWays({ ...endpoint, to: "gateway", gateway: entry }, dial);
      // Without TLS there is no name that a gateway could go by.
      return [lost("east-west", [dial.start], { code: "not-exposed", at: entry, params: {} })];
    }
  }
}

function localWay({ shape, port, mtls, takesMtls }: Extract<Endpoint, { to: "pod" }>, dial: Dial): Way {
  const { look, client, names, start } = dial;
  const hops = [start, { at: shape.workload, what: `answers at port ${port}` }];
  if (mtls && !takesMtls) return lost("local", hops, { code: "no-mtls", at: shape.workload, params: { port } });
  if (!mtls) {
    const refused = refusesPlainText(look.told(client.mesh), shape, port);
    return refused ? lost("local", hops, refused) : arrives("local", hops, null);
  }
  const reason = admitted(look, { client, shape, mesh: client.mesh, port, names });
  return reason ? lost("local", hops, reason) : arrives("local", hops, principalOf(callerOf(client)));
}

function eastWestWays(endpoint: Extract<Endpoint, { to: "gateway" }>, dial: Dial): readonly Way[] {
  const { look, client, host, port, names, start } = dial;
  const { gateway, address } = endpoint;
  const toGateway: Hop = { at: gateway, what: `is its network's gateway, at ${address}:${endpoint.port}` };
  const passage = look.kept(`through ${address} ${endpoint.port}, port ${port}`, host, null, () =>
    passThrough(look.world, { address, port: endpoint.port, host, servicePort: port }, look.told),
  );
  const through: Hop[] = passage.gateway ? [{ at: passage.gateway, what: `passes it on unopened by its name` }] : [];
  const hops = [start, toGateway, ...through];
  if (passage.reason || !passage.mesh) {
    const none: Reason = { code: "no-gateway", at: gateway, params: { address, port: endpoint.port } };
    return [lost("east-west", hops, passage.reason ?? none)];
  }
  const { mesh } = passage;
  const others = othersOf(passage.endpoints.map(({ shape }) => shape));
  let refused: Way | null = null;
  let good: Way | null = null;
  for (const { shape, port: number } of passage.endpoints) {
    const at: Hop[] = [
      ...hops,
      { at: shape.workload, what: `ends it at port ${number}, as ${identityOf(mesh.trustDomain, shape)}` },
    ];
    const reason = admitted(look, { client, shape, mesh, port: number, names });
    if (reason) refused ??= { ...lost("east-west", at, reason), ...others };
    else good ??= { ...arrives("east-west", at, principalOf(callerOf(client))), ...others };
  }
  // One pod that refuses is enough to lose requests, and one that does not lets some pass.
  const ways = [refused, good].filter((way) => way !== null);
  if (ways.length > 0) return ways;
  return [lost("east-west", hops, { code: "no-endpoint", at: passage.gateway, params: { host } })];
}

interface Server {
  readonly client: Client;
  readonly shape: PodShape;
  readonly mesh: Mesh;
  readonly port: number;
  /** Accepted by the client; empty: any. */
  readonly names: readonly string[];
}

/** Why an mTLS connection between the client and this pod fails; null: it stands, and the policies let it in. */
function admitted(look: Look, { client, shape, mesh, port, names }: Server): Reason | null {
  const { world } = look;
  const view = look.told(mesh);
  if (!captures(shape, port)) return { code: "no-mtls", at: shape.workload, params: { port } };
  const identity = identityOf(mesh.trustDomain, shape);
  if (names.length > 0 && !names.includes(identity)) {
    return { code: "name-refused", at: shape.workload, params: { identity, accepted: [...names] } };
  }
  const params = { client: client.mesh.id, server: mesh.id };
  if (!accepts(client.memory, mesh, world)) return { code: "client-refuses-root", at: client.shape.workload, params };
  const server = proxyOf(world, mesh, shape.workload);
  if (!server.configured) return { code: "no-configuration", at: shape.workload, params: { mesh: mesh.id } };
  if (!accepts(server, client.mesh, world)) return { code: "server-refuses-root", at: shape.workload, params };
  return refusedByPolicy(view, shape, port, callerOf(client));
}

function callerOf({ mesh, shape }: Client): Caller {
  return { trustDomain: mesh.trustDomain, namespace: shape.namespace, account: shape.serviceAccount };
}

/** Client → own egress gateway → the other mesh's ingress gateway → pods; both gateways end the connection (federation.gateways-terminate). */
function federationWay(imported: ImportedService, { look, client, port, names, tls, start }: Dial): Way {
  const { mesh } = client;
  if (tls?.mutual === false) return lost("federation", [start], { code: "no-mtls", at: tls.rule, params: { port } });
  const egress = look.world
    .derived()
    .kept(`egress of ${mesh.id}`, imported.link, null, () => egressOf(look.world, mesh, imported));
  if ("reason" in egress) return lost("federation", [start], egress.reason);
  const { at, identity } = egress;
  const atEgress: Hop = { at, what: `ends it, and opens a new one as ${identity}` };
  if (names.length > 0 && !names.includes(identity)) {
    const params = { identity, accepted: [...names] };
    return lost("federation", [start, atEgress], { code: "name-refused", at, params });
  }
  const beyond = look.kept(`beyond the egress, port ${port}`, imported, mesh, () =>
    beyondEgress(look, mesh, egress, imported, port),
  );
  return { ...beyond, hops: [start, atEgress, ...beyond.hops] };
}

interface Egress {
  readonly peer: Mesh["peers"][number];
  readonly at: ObjectRef;
  readonly identity: string;
}

function broken(at: ObjectRef | null, what: string): Reason {
  return { code: "federation-broken", at, params: { what } };
}

/** The egress gateway that a mesh sends a link's requests through, whoever its client is. */
function egressOf(world: World, near: Mesh, imported: ImportedService): Egress | { readonly reason: Reason } {
  const peer = near.peers.find(({ ref }) => ref.name === peerOf(near, imported).name);
  if (!peer) return { reason: broken(null, "its peer is gone") };
  const { name } = peer.view.spec.gateways.egress;
  const namespace = gatewayNamespace(near, "egress", name);
  const at: ObjectRef = { cluster: near.cluster, group: "apps", kind: "Deployment", namespace, name };
  if (!egressService(clusterOf(world.derived().inventory, near), near, peer))
    return { reason: broken(at, "the egress gateway is gone") };
  return { peer, at, identity: `spiffe://${near.trustDomain}/ns/${namespace}/sa/${name}-service-account` };
}

/** What comes behind the egress gateway: the same for every client. */
function beyondEgress(
  look: Look,
  near: Mesh,
  { peer, at: egress }: Egress,
  imported: ImportedService,
  port: number,
): Way {
  const { world } = look;
  const ends = (reason: Reason): Way => lost("federation", [], reason);
  const { exportsOf, kept } = world.derived();
  const far = meshById(world, imported.exporter);
  // The egress gateway's own endpoints are of the network `network-PEER`: a remote gateway of that name takes their place, and
  // passes nothing of federation on (docs/facts.md, import.remote-network-own-name).
  const [thief] = networkGateways(look.told(near), `network-${peer.ref.name}`);
  if (thief && near.network !== `network-${peer.ref.name}`)
    return ends({ code: "not-exposed", at: thief.gateway, params: { name: imported.exportedHost } });
  if (world.meshes.get(far.id)?.stuck.includes(imported.exportedHost) === true)
    return ends({ code: "federation-stuck", at: far.istiod, params: { host: imported.host } });
  const exported = exportsOf(imported);
  const ingress = kept(`ingress for ${near.id}`, imported.link, far, () =>
    ingressFor(world, { peer, at: egress }, far, imported),
  );
  if (!ingress || exported.length === 0) return ends(broken(null, "the other end exports it no more"));
  if ("reason" in ingress) return ends(ingress.reason);
  const trust = federationTrust(look, near, far);
  if (trust) return ends(trust);
  const { caller, hop } = ingress;
  return served(look, { far, exported, caller, hops: [hop], port });
}

interface Ingress {
  readonly caller: Caller;
  readonly hop: Hop;
}

/** The gateway that takes a link's requests in on the other end, whatever they ask for; null: that end has no peer for the link. */
function ingressFor(
  world: World,
  { peer, at: egress }: Pick<Egress, "peer" | "at">,
  far: Mesh,
  imported: ImportedService,
): Ingress | { readonly reason: Reason } | null {
  const farPeer = far.peers.find(({ ref }) => ref.name === peerOf(far, imported).name);
  if (!farPeer) return null;
  const cluster = clusterOf(world.derived().inventory, far);
  const service = ingressService(cluster, far, farPeer);
  const addresses = service ? outsideAddresses(cluster, service) : [];
  if (!service || !peer.view.spec.remote.addresses.some((address) => addresses.includes(address)))
    return { reason: broken(service?.ref ?? null, "the other end's ingress gateway is gone") };
  const { name } = farPeer.view.spec.gateways.ingress;
  const { namespace } = service.ref;
  const caller: Caller = {
    trustDomain: far.trustDomain,
    namespace: namespace ?? "",
    account: `${name}-service-account`,
  };
  const at: ObjectRef = { ...egress, cluster: far.cluster, namespace, name };
  return { caller, hop: { at, what: `ends it, and opens a new one as ${principalOf(caller)}` } };
}

/** Both gateways take the other's root from their peer (spec 1, ServiceMeshPeer); their proxies hold it like any other. */
function federationTrust(look: Look, near: Mesh, far: Mesh): Reason | null {
  const egress = gatewayMemory(look, near, "egress");
  const ingress = gatewayMemory(look, far, "ingress");
  const params = { client: near.id, server: far.id };
  if (egress && !accepts(egress.memory, far, look.world))
    return { code: "client-refuses-root", at: egress.workload, params };
  if (ingress && !accepts(ingress.memory, near, look.world))
    return { code: "server-refuses-root", at: ingress.workload, params };
  return null;
}

function gatewayMemory(look: Look, mesh: Mesh, kind: "ingress" | "egress") {
  const workload = look.world.derived().kept(`${kind} gateway`, mesh, null, () => gatewayWorkload(mesh, kind));
  return workload && { workload, memory: proxyOf(look.world, mesh, workload) };
}

function gatewayWorkload(mesh: Mesh, kind: "ingress" | "egress"): ObjectRef | null {
  const [peer] = mesh.peers;
  const name = peer?.view.spec.gateways[kind].name ?? "";
  if (name === "") return null;
  const namespace = gatewayNamespace(mesh, kind, name);
  return { cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace, name };
}

interface Serving {
  readonly far: Mesh;
  readonly exported: readonly ExportedService[];
  readonly caller: Caller;
  readonly hops: readonly Hop[];
  readonly port: number;
}

/** The last hop: inside the exporter's mesh, to any pod of the service, with a sidecar or without. */
function served(look: Look, { far, exported, caller, hops, port }: Serving): Way {
  const view = look.told(far);
  const derived = look.world.derived();
  const pods = derived.podsOf(far);
  const behind = exported.map((each) => ({
    each,
    shapes: selectedPods(derived, pods, each.service.namespace ?? "", each.selector),
  }));
  const others = othersOf(behind.flatMap(({ shapes }) => shapes));
  let good: Way | null = null;
  for (const { each, shapes } of behind) {
    for (const shape of shapes) {
      const at: Hop[] = [...hops, { at: shape.workload, what: `answers ${each.localHost}:${port}` }];
      const target = each.ports.find(({ number }) => number === port)?.targetPort;
      const targetPort = target?.known === true ? target.value : port;
      const isPlain = !shape.sidecar || view.plainAt(shape.namespace, shape.labels, targetPort);
      const reason = isPlain
        ? refusesPlainText(view, shape, targetPort)
        : refusedByPolicy(view, shape, targetPort, caller);
      if (reason) return { ...lost("federation", at, reason), ...others };
      good ??= { ...arrives("federation", at, isPlain ? null : principalOf(caller)), ...others };
    }
  }
  if (good) return good;
  // Services without selector: federation reaches what their addresses say.
  const [first] = exported;
  if (first?.addresses) return arrives("federation", hops, principalOf(caller));
  return lost("federation", hops, {
    code: "no-endpoint",
    at: first?.service ?? null,
    params: { host: first?.localHost ?? "" },
  });
}

/** Of several pods that are alike to a request one is told of: what becomes of the others counts as much. */
function othersOf(shapes: readonly PodShape[]): Pick<Way, "others"> {
  return shapes.length < 2 ? {} : { others: shapes.map(({ workload }) => workload) };
}

function arrives(path: Way["path"], hops: readonly Hop[], seenAs: string | null): Way {
  return { path, hops, reason: null, seenAs };
}

function lost(path: Way["path"], hops: readonly Hop[], reason: Reason): Way {
  return { path, hops, reason, seenAs: null };
}
