// What the judge of conditions is told of a modelled world: the same questions as of live clusters, answered from the model.
import type { ExposedName, Facts, HostAtPod, Unseen } from "../conditions/facts.ts";
import type { ClusterId, Host } from "../core/ids.ts";
import { equalRef, type KubeObject, kindKey, type ObjectRef } from "../core/object-ref.ts";
import { type Outcome, notChecked, outcomeOf } from "../dataplane/outcome.ts";
import { egressService, federationGateways, gatewayNamespace } from "../federation/gateways.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { clusterOf, type Mesh } from "../inventory/mesh.ts";
import { typedIn } from "./cluster-state.ts";
import { exposedAt, meshOfProxy, passThrough } from "./east-west-passage.ts";
import { clientTls } from "./client-tls.ts";
import { type Endpoint, endpointsOf, identityOf } from "./endpoints.ts";
import type { KnownArrival } from "./known-arrivals.ts";
import { peerOf, serviceFor } from "./known-services.ts";
import { addressOfPod, deploymentOf, healthy, podOf } from "./healthy-objects.ts";
import { freshProxy, proxyOf } from "./proxies.ts";
import { reach } from "./reach.ts";
import { clusterStateOf, objectAt } from "./world.ts";
import { type Client, type Look, waysOf } from "./ways.ts";

const forever = Number.MAX_SAFE_INTEGER;

/**
 * Facts of a world that has come to rest: workloads are rolled out, control planes ready, gateways idle, networks open. `arrival`: who is
 * known to arrive in it.
 */
export function factsOf(look: Look, arrival: KnownArrival = () => undefined): Facts {
  const { world } = look;
  const unseen = (what: string): Unseen => ({ unseen: `${what} is not modelled` });
  return {
    object: (ref) => {
      if (!world.clusters.has(ref.cluster)) return unseen(`cluster ${ref.cluster}`);
      const object = objectAt(world, ref) ?? (isIstiod(look, ref) ? deploymentOf(ref) : undefined);
      return object === undefined ? "absent" : healthy(world, object);
    },
    pods: (workload) => podsOf(look, workload),
    nodes: (cluster) => nodesOf(look, cluster),
    meshConfig: (ref) => {
      const mesh = world
        .derived()
        .inventory.meshes.find(
          ({ cluster, namespace, name }) =>
            cluster === ref.cluster && namespace === ref.namespace && `istio-${name}` === ref.name,
        );
      if (!mesh) return "absent";
      return { trustDomain: mesh.trustDomain, trustDomainAliases: [...mesh.trustDomainAliases] };
    },
    proxies: (workload) => {
      const found = clientOf(look, workload, false);
      if (!found) return unseen(`the proxy of ${workload.name}`);
      const { memory, mesh } = found;
      // With a validator for each trust domain, the peers' roots are there from the start: the own domain's tell of its bundle.
      const roots = memory.domains?.get(mesh.trustDomain) ?? memory.roots;
      const network = memory.network ?? "";
      return podsOf(look, workload).map(({ ref }) => ({
        pod: ref.name,
        revision: mesh.name,
        network,
        roots,
        certificate: null,
      }));
    },
    hosts: (workload, host, port) => hostsAt(look, workload, host, port),
    exposure: (gateway) => exposureOf(look, gateway),
    answerer: (gateway, sni) => answererOf(look, gateway, sni),
    reach: ({ client, host, port }, fresh) => {
      const known = fresh ? undefined : arrival(client, host, port);
      return known ? outcomeOf(known.good, known.of, "") : outcomeAt(look, client, host, port, fresh);
    },
    opened: () => ({ open: true }),
    idle: (workload) => {
      const active = isFederationGateway(look, workload) ? world.underway.size : 0;
      return { active, forMs: active === 0 ? forever : 0 };
    },
  };
}

/** A workload as a client, with its running proxy or a fresh one; undefined: it has none. */
export function clientOf(look: Look, workload: ObjectRef, fresh: boolean): Client | undefined {
  const { world } = look;
  const shape = shapeOf(look, workload);
  const mesh = shape && meshOfProxy(world, shape);
  if (!shape?.sidecar || !mesh) return undefined;
  return { mesh, shape, memory: fresh ? freshProxy(world, mesh) : proxyOf(world, mesh, workload) };
}

function shapeOf({ world }: Look, workload: ObjectRef): PodShape | undefined {
  return world.derived().shapesOf(workload)[0];
}

function podsOf(look: Look, workload: ObjectRef): readonly KubeObject[] {
  return look.kept("pods", workload, null, () => findPods(look, workload));
}

function findPods(look: Look, workload: ObjectRef): readonly KubeObject[] {
  const { world } = look;
  if (workload.kind === "Pod") {
    const pod = objectAt(world, workload);
    return pod ? [healthy(world, pod)] : [];
  }
  const byWorkload = world
    .derived()
    .shapesOf(workload)
    .flatMap(({ pod }) =>
      pod === null ? [] : (objectAt(world, { ...workload, group: "", kind: "Pod", name: pod }) ?? []),
    );
  if (byWorkload.length > 0) return byWorkload.map((pod) => healthy(world, pod));
  return objectAt(world, workload) !== undefined || isIstiod(look, workload) ? [podOf(workload)] : [];
}

function isFederationGateway({ world }: Look, { cluster, namespace, name }: ObjectRef): boolean {
  return world.derived().inventory.meshes.some((mesh) => {
    const { ingress, egress } = federationGateways(mesh);
    const kind = ingress.includes(name) ? "ingress" : "egress";
    const isNamed = ingress.includes(name) || egress.includes(name);
    return isNamed && mesh.cluster === cluster && gatewayNamespace(mesh, kind, name) === namespace;
  });
}

/** Control planes without their Deployments were read from files that leave these out. */
function isIstiod({ world }: Look, ref: ObjectRef): boolean {
  return world.derived().inventory.meshes.some(({ istiod }) => equalRef(istiod, ref));
}

function nodesOf({ world }: Look, cluster: ClusterId) {
  return typedIn(clusterStateOf(world, cluster), "Node").map(({ object }) => object.body);
}

function hostsAt(look: Look, workload: ObjectRef, host: Host, port: number): readonly HostAtPod[] | Unseen {
  const client = clientOf(look, workload, false);
  if (!client) return { unseen: `${workload.name} has no modelled proxy` };
  const view = look.told(client.mesh);
  const service = client.memory.configured ? serviceFor(view, client.shape, host) : undefined;
  const pods = podsOf(look, workload);
  if (!service) return pods.map(({ ref }) => ({ pod: ref.name, view: null }));
  const tls = clientTls(view, client.shape, service, port);
  const { endpoints, names } = endpointsOf(view, service, port, client.memory.network, tls);
  const held = endpoints.flatMap((endpoint) =>
    addressesOf(look, client.mesh, endpoint).map((each) => ({ ...each, healthy: true })),
  );
  return pods.map(({ ref }) => ({ pod: ref.name, view: { endpoints: held, names } }));
}

function addressesOf(
  look: Look,
  mesh: Mesh,
  endpoint: Endpoint,
): readonly { readonly address: string; readonly port: number }[] {
  switch (endpoint.to) {
    case "pod": {
      const { shape, port } = endpoint;
      const pod: ObjectRef = { ...shape.workload, group: "", kind: "Pod", name: shape.pod ?? "" };
      return [{ address: addressOfPod(shape.pod === null ? shape.workload : pod), port }];
    }
    case "gateway":
    case "address":
      return [{ address: endpoint.address, port: endpoint.port }];
    case "egress": {
      const { name } = peerOf(mesh, endpoint.imported);
      return look.kept("addresses of the egress", `${mesh.id} ${name}`, null, () => egressAddresses(look, mesh, name));
    }
  }
}

function egressAddresses(look: Look, mesh: Mesh, peerName: string) {
  const peer = mesh.peers.find(({ ref }) => ref.name === peerName);
  const name = peer?.view.spec.gateways.egress.name ?? "";
  const cluster = clusterOf(look.world.derived().inventory, mesh);
  if (!peer || !egressService(cluster, mesh, peer)) return [];
  const namespace = gatewayNamespace(mesh, "egress", name);
  const workload: ObjectRef = { cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace, name };
  return podsOf(look, workload).map((pod) => ({ address: addressOf(pod), port: 15_443 }));
}

function addressOf({ body }: KubeObject): string {
  const status = body["status"];
  const address = typeof status === "object" && status !== null && "podIP" in status ? status["podIP"] : "";
  return typeof address === "string" ? address : "";
}

function exposureOf(look: Look, gateway: ObjectRef) {
  const shape = shapeOf(look, gateway);
  const mesh = shape && meshOfProxy(look.world, shape);
  if (!shape || !mesh) return [];
  const snis = new Map<string, ExposedName>(exposedAt(look.told(mesh), shape));
  return podsOf(look, gateway).map(({ ref }) => ({ pod: ref.name, snis, rejected: [] }));
}

function answererOf(look: Look, gateway: ObjectRef, sni: string) {
  const [, port = "", host = ""] = /^outbound_\.(\d+)_\.[^_]*_\.(.+)$/u.exec(sni) ?? [];
  const dialled = { host: host as Host, servicePort: Number(port) };
  const passage = passThrough(look.world, { ...dialled, through: gateway }, look.told);
  const [first] = passage.endpoints;
  if (!first || !passage.mesh) return { refused: passage.reason?.code ?? "nobody answers" };
  return { identity: identityOf(passage.mesh.trustDomain, first.shape) };
}

function outcomeAt(look: Look, workload: ObjectRef, host: Host, port: number, fresh: boolean): Outcome {
  const client = clientOf(look, workload, fresh);
  if (!client) return notChecked(`${kindKey(workload)} ${workload.name} has no modelled proxy`);
  const { good, of, reasons } = reach(look, client, host, port);
  // A host that is not known is asked for once, and not found.
  return outcomeOf(good, Math.max(of, 1), reasons.map(({ code }) => code).join(", "));
}

/** The ways of a workload's requests, for who wants to see them hop by hop. */
export function waysFrom(look: Look, workload: ObjectRef, host: Host, port: number) {
  const client = clientOf(look, workload, false);
  return client ? waysOf(look, client, host, port) : [];
}
