// Federated meshes as people have them, drawn from a seed: aliases, failover, local names, policies, ports, odd load balancers.
import { type Config, defaultConfig } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { KubeObject } from "../../src/core/object-ref.ts";
import {
  added,
  asLocal,
  changed,
  kubeObject,
  type LinkOf,
  makeWorld,
  type MeshOf,
  named,
  type PortOf,
  type ServiceOf,
} from "../support/world.ts";
import { nodeObject } from "../support/gateways.ts";
import { podAddress } from "../support/pod-address.ts";
import { type Draw, drawFrom } from "./drawn.ts";

const keys = ["east", "west", "north", "south", "hub"] as const;
const namespaces = ["shop", "billing", "stock", "mail"] as const;
const names = ["api", "orders", "cart", "ledger", "search", "feed"] as const;

/** The clusters of one world. */
export function randomWorld(seed: number): ClusterInput[] {
  const draw = drawFrom(seed);
  const meshes = keys.slice(0, 2 + draw.below(4)).map((key, index) => meshOf(draw, key, index));
  // In some worlds everybody takes everything as global hosts: what two meshes offer under one name is then one host.
  const global = draw.chance(30) ? [{ ...named("*", "*"), domainSuffix: "global" }] : null;
  const links = meshes.flatMap((one, index) =>
    meshes.slice(index + 1).flatMap((other, distance) =>
      // Neighbours are linked, others now and then.
      distance === 0 || draw.chance(25) ? [linkOf(draw, one, other, global)] : [],
    ),
  );
  const world = makeWorld({ meshes, links });
  const whole = added(world, ...meshes.flatMap((mesh) => extras(draw, mesh)));
  const reached = meshes.reduce((now, mesh) => withIngressOf(draw, now, mesh), whole);
  return withoutSelectors(draw, reached, meshes);
}

/** How its gateways are made: mostly one for all importers. */
export function randomEastWest(seed: number): Config["eastWest"] {
  const draw = drawFrom(seed + 1_000_000);
  return { ...defaultConfig.eastWest, per: draw.chance(25) ? "peer" : "mesh" };
}

/** The Service in front of a mesh's federation ingress: a plain balancer, a closed one, or ports on the nodes. */
function withIngressOf(draw: Draw, inputs: ClusterInput[], { key, address = "" }: MeshOf): ClusterInput[] {
  const service = `${key} Service istio-system/federation-ingress`;
  const isIp = !address.endsWith(".example");
  const kind = draw.oneOf(["plain", "plain", "plain", "closed", "local", "static", isIp ? "nodes" : "plain"] as const);
  switch (kind) {
    case "plain":
      return inputs;
    case "closed":
      return changed(inputs, service, {
        "/spec/loadBalancerSourceRanges": ["10.0.0.0/8"],
        "/spec/loadBalancerClass": "inner",
      });
    case "local":
      return changed(inputs, service, { "/spec/externalTrafficPolicy": "Local", "/spec/sessionAffinity": "ClientIP" });
    case "static":
      return changed(inputs, service, { "/spec/loadBalancerIP": "192.0.2.200" });
    case "nodes":
      return added(
        changed(inputs, service, { "/spec/type": "NodePort", "/status": { loadBalancer: {} } }),
        nodeObject(key, "one", [address]),
        nodeObject(key, "two", [`${address.slice(0, -1)}99`]),
      );
  }
}

/** Some Services select no pods: somebody has written the address of one into a slice. */
function withoutSelectors(draw: Draw, world: ClusterInput[], meshes: readonly MeshOf[]): ClusterInput[] {
  const all = meshes.flatMap(({ key, services = [] }) => services.map((service) => ({ key, service })));
  const chosen = all.filter(({ service: { replicas = 1 } }) => replicas > 0 && draw.chance(4));
  return chosen.reduce((made, { key, service: { namespace, name, ports = [] } }) => {
    const pod = `${name}-5d4f-0`;
    const slice = kubeObject(key, "discovery.k8s.io/v1", "EndpointSlice", namespace, `${name}-1`, {
      metadata: { labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [podAddress(namespace, pod)], targetRef: { kind: "Pod", name: pod } }],
      ports: ports.map(({ port, name: label = "", targetPort }) => ({
        name: label,
        port: typeof targetPort === "number" ? targetPort : targetPort === undefined ? port : 8443,
      })),
    });
    return added(changed(made, `${key} Service ${namespace}/${name}`, { "/spec/selector": {} }), slice);
  }, world);
}

function meshOf(draw: Draw, key: string, index: number): MeshOf {
  const services = namespaces.flatMap((namespace) =>
    names.filter(() => draw.chance(15)).map((name) => serviceOf(draw, namespace, name)),
  );
  return {
    key,
    mode: draw.chance(30) ? "MultiTenant" : "ClusterWide",
    trustDomain: draw.chance(15) ? "cluster.local" : `${key}.example`,
    network: draw.chance(80) ? `network-${key}` : null,
    root: draw.chance(20) ? "common" : key,
    address: draw.oneOf([`192.0.2.${index + 1}`, `${key}.lb.example`, `2001:db8::${index + 1}`]),
    services: services.length > 0 ? services : [serviceOf(draw, "shop", "orders")],
    clients: namespaces.filter(() => draw.chance(50)),
  };
}

function serviceOf(draw: Draw, namespace: string, name: string): ServiceOf {
  return {
    namespace,
    name,
    ports: portsOf(draw),
    accounts: draw.oneOf([[name], [name], ["default"], [`${name}-blue`, `${name}-green`]]),
    sidecar: !draw.chance(1),
    replicas: draw.oneOf([1, 2, 2, 3, 0]),
  };
}

function portsOf(draw: Draw): readonly PortOf[] {
  return draw.oneOf<readonly PortOf[]>([
    [{ port: 8080, name: "http", targetPort: 8080 }],
    [{ port: 80, name: "http-web", targetPort: "web" }],
    [
      { port: 80, name: "http", targetPort: 8080 },
      { port: 9000, name: "grpc-admin", targetPort: 9000 },
    ],
    [{ port: 5000, name: "tcp-line", targetPort: 5000 }],
    [{ port: 8443 }],
  ]);
}

function linkOf(draw: Draw, one: MeshOf, other: MeshOf, global: readonly JsonObject[] | null): LinkOf {
  const taken = () => global ?? importsOf(draw);
  const both = draw.chance(40);
  return {
    between: [one.key, other.key],
    exports: [exportsOf(draw), both ? exportsOf(draw) : null],
    imports: [both ? taken() : null, taken()],
  };
}

function exportsOf(draw: Draw): readonly JsonObject[] {
  const namespace = draw.oneOf(namespaces);
  return draw.oneOf<readonly JsonObject[]>([
    [named("*", "*")],
    [named(namespace, "*"), named("*", draw.oneOf(names))],
    [named(namespace, "*", { namespace: "public" })],
    [named("shop", "orders", { name: "bestellungen" }), named("*", "*")],
    [{ type: "LabelSelector", labelSelector: { selector: { matchLabels: { app: draw.oneOf(names) } } } }],
  ]);
}

function importsOf(draw: Draw): readonly JsonObject[] {
  const shared = draw.oneOf(namespaces);
  return draw.oneOf<readonly JsonObject[]>([
    [named("*", "*")],
    [named("*", "*")],
    [asLocal("public", "*", { namespace: "public" }), named("*", "*")],
    [asLocal("billing", "*", { namespace: "remote-billing" }), named("*", "*")],
    [{ ...named("*", "*"), domainSuffix: "global" }],
    [named("shop", "*"), named("mail", "*", { namespace: "post" })],
    // What runs in both meshes under one name answers as one.
    [asLocal(shared, "*", { namespace: shared }), named("*", "*")],
    namespaces.map((namespace) => asLocal(namespace, "*", { namespace })),
  ]);
}

/** What else stands in the clusters: mostly harmless, now and then something that has to be looked at. */
function extras(draw: Draw, { key, trustDomain = "", services = [], clients = [] }: MeshOf): KubeObject[] {
  const security = "security.istio.io/v1beta1";
  const networking = "networking.istio.io/v1beta1";
  const ingress = `${trustDomain}/ns/istio-system/sa/federation-ingress-service-account`;
  const objects: KubeObject[] = [];
  for (const { namespace, name } of services) {
    if (!draw.chance(12)) continue;
    const rules = draw.oneOf<JsonObject[]>([
      [{ from: [{ source: { principals: ["*"] } }] }],
      [{}],
      [{ from: [{ source: { principals: [ingress] } }], to: [{ operation: { methods: ["GET"] } }] }],
    ]);
    objects.push(
      kubeObject(key, security, "AuthorizationPolicy", namespace, `${name}-callers`, {
        spec: { action: "ALLOW", selector: { matchLabels: { app: name } }, rules },
      }),
    );
  }
  for (const namespace of clients) {
    if (draw.chance(10))
      objects.push(sidecar(key, networking, namespace, draw.oneOf([["*/*"], ["./*", "istio-system/*"]])));
  }
  if (draw.chance(20)) {
    objects.push(
      kubeObject(key, security, "PeerAuthentication", "istio-system", "default", {
        spec: { mtls: { mode: "STRICT" } },
      }),
    );
  }
  return objects;
}

function sidecar(key: string, api: string, namespace: string, hosts: string[]): KubeObject {
  return kubeObject(key, api, "Sidecar", namespace, "default", { spec: { egress: [{ hosts }] } });
}
