// Meshes for tests from short descriptions: what `oc get` would return for each, without anything that chance or a clock decides.
import type { ClusterInput } from "../../src/core/cluster.ts";
import { encodeText } from "../../src/core/base64.ts";
import { clusterId } from "../../src/core/ids.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type KubeObject, kindKey, refKey } from "../../src/core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../../src/core/order.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import { checkedKinds } from "./checked-kinds.ts";
import { podAddress } from "./pod-address.ts";

export interface PortOf {
  readonly port: number;
  readonly name?: string;
  readonly protocol?: string;
  readonly targetPort?: number | string;
}

/** A Service, and one Deployment with one pod per account behind it. */
export interface ServiceOf {
  readonly namespace: string;
  readonly name: string;
  readonly ports?: readonly PortOf[];
  readonly accounts?: readonly string[];
  readonly sidecar?: boolean;
  /** 0: the Deployments are there, their pods are not. */
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface MeshOf {
  /** How links name it; also its cluster, unless `cluster` says otherwise. */
  readonly key: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly version?: string;
  readonly mode?: "ClusterWide" | "MultiTenant";
  readonly trustDomain?: string;
  readonly clusterDomain?: string;
  readonly network?: string | null;
  /** Meshes with the same text share a root. */
  readonly root?: string;
  /** Where the federation ingress answers. */
  readonly address?: string;
  readonly services?: readonly ServiceOf[];
  /** Namespaces with one injected workload that only calls others. */
  readonly clients?: readonly string[];
  /** Laid over the control plane's spec, by field. */
  readonly spec?: JsonObject;
}

export type Rules = readonly JsonObject[];

/** One link; each pair is in the order of `between`. `null`: the set does not exist. */
export interface LinkOf {
  readonly between: readonly [string, string];
  /** Names of the two peers; by default each is named after the other mesh. */
  readonly peers?: readonly [string, string];
  readonly exports: readonly [Rules | null, Rules | null];
  readonly imports: readonly [Rules | null, Rules | null];
}

export interface WorldOf {
  readonly meshes: readonly MeshOf[];
  readonly links: readonly LinkOf[];
}

/** A name selector, for exports and imports alike; "" stands for every one. */
export function named(
  namespace: string,
  name: string,
  alias?: { readonly namespace?: string; readonly name?: string },
): JsonObject {
  return { type: "NameSelector", nameSelector: { namespace, name, ...(alias ? { alias } : {}) } };
}

/** An import as the importer's own cluster-local host. */
export function asLocal(
  namespace: string,
  name: string,
  alias: { readonly namespace: string; readonly name?: string },
): JsonObject {
  return { ...named(namespace, name, alias), importAsLocal: true };
}

/** A PEM certificate that no parser would take, and that only its own name equals. */
export function pem(name: string): string {
  return `-----BEGIN CERTIFICATE-----\n${encodeText(`root of ${name}, for tests only`)}\n-----END CERTIFICATE-----\n`;
}

export function kubeObject(
  cluster: string,
  apiVersion: string,
  kind: string,
  namespace: string | null,
  name: string,
  rest: JsonObject = {},
): KubeObject {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const { metadata, ...fields } = rest;
  const id = clusterId(cluster);
  return {
    ref: { cluster: id, group, kind, namespace, name },
    apiVersion,
    origin: { cluster: id },
    body: {
      apiVersion,
      kind,
      metadata: { name, ...(namespace === null ? {} : { namespace }), ...(metadata as JsonObject) },
      ...fields,
    },
  };
}

/** The clusters of a world, in the order in which their meshes are described. */
export function makeWorld(world: WorldOf): ClusterInput[] {
  const meshes = new Map(world.meshes.map((mesh) => [mesh.key, settled(mesh)]));
  const objects = [...meshes.values()].flatMap(meshObjects);
  for (const link of world.links) {
    const [one, other] = link.between.map((key) => meshes.get(key));
    if (!one || !other) throw new Error(`a link of unknown meshes: ${link.between.join(", ")}`);
    const [ofOne, ofOther] = link.peers ?? [`${other.key}-mesh`, `${one.key}-mesh`];
    objects.push(...peerObjects(one, other, ofOne, link.exports[0], link.imports[0]));
    objects.push(...peerObjects(other, one, ofOther, link.exports[1], link.imports[1]));
  }
  return [...groupBy(objects, ({ ref }) => ref.cluster)].map(([id, ofCluster]) => clusterInput(id, ofCluster));
}

/** A cluster's input, each object once; the kinds that it holds and those that checks ask for count as listed. */
export function clusterInput(id: string, objects: readonly KubeObject[]): ClusterInput {
  const once = sortedBy(new Map(objects.map((object) => [refKey(object.ref), object])).values(), ({ ref }) =>
    refKey(ref),
  );
  const kinds = sortedUnique([...once.map(({ ref }) => kindKey(ref)), ...checkedKinds]);
  return {
    id: clusterId(id),
    objects: once,
    coverage: Object.fromEntries(kinds.map((kind) => [kind, "listed"])),
    findings: [],
  };
}

type Settled = Required<MeshOf>;

function settled(mesh: MeshOf): Settled {
  return {
    cluster: mesh.key,
    namespace: "istio-system",
    name: "basic",
    version: "v2.6",
    mode: "ClusterWide",
    trustDomain: `${mesh.key}.example`,
    clusterDomain: "cluster.local",
    network: `network-${mesh.key}`,
    root: mesh.key,
    address: `${mesh.key}.lb.example`,
    services: [],
    clients: [],
    spec: {},
    ...mesh,
  };
}

function meshObjects(mesh: Settled): KubeObject[] {
  const { cluster, namespace, name, network } = mesh;
  const members = sortedUnique([...mesh.services.map((service) => service.namespace), ...mesh.clients]);
  const gateway = (kind: "ingress" | "egress") => ({
    [`federation-${kind}`]: {
      enabled: true,
      requestedNetworkView: [],
      service: {
        type: kind === "ingress" ? "LoadBalancer" : "ClusterIP",
        metadata: { labels: { [`federation.maistra.io/${kind}-for`]: "peers" } },
      },
    },
  });
  return [
    ...[namespace, ...members].map((each) =>
      kubeObject(cluster, "v1", "Namespace", null, each, {
        metadata: { labels: { "kubernetes.io/metadata.name": each } },
      }),
    ),
    kubeObject(cluster, "maistra.io/v2", "ServiceMeshControlPlane", namespace, name, {
      metadata: { generation: 1 },
      spec: {
        version: mesh.version,
        mode: mesh.mode,
        cluster: { name: cluster, ...(network === null ? {} : { network }) },
        security: { trust: { domain: mesh.trustDomain }, manageNetworkPolicy: false },
        ...(mesh.clusterDomain === "cluster.local"
          ? {}
          : { proxy: { networking: { clusterDomain: mesh.clusterDomain } } }),
        // Nothing that OSSM 3 would take away is on.
        addons: { prometheus: { enabled: false }, grafana: { enabled: false }, kiali: { enabled: false } },
        tracing: { type: "None" },
        gateways: {
          ingress: { enabled: false },
          egress: { enabled: false },
          additionalIngress: gateway("ingress"),
          additionalEgress: gateway("egress"),
        },
        ...mesh.spec,
      },
    }),
    kubeObject(cluster, "maistra.io/v1", "ServiceMeshMemberRoll", namespace, "default", { spec: { members } }),
    kubeObject(cluster, "v1", "ConfigMap", namespace, "istio-ca-root-cert", {
      data: { "root-cert.pem": pem(mesh.root) },
    }),
    kubeObject(cluster, "v1", "Secret", namespace, "cacerts", {
      metadata: { resourceVersion: "1" },
      type: "Opaque",
    }),
    ...gatewayObjects(mesh, "federation-ingress"),
    ...gatewayObjects(mesh, "federation-egress"),
    ...mesh.clients.flatMap((each) => workload(mesh, each, "caller", "caller", true, 1, { app: "caller" }, [])),
    ...mesh.services.flatMap((service) => serviceObjects(mesh, service)),
  ];
}

function gatewayObjects(mesh: Settled, name: string): KubeObject[] {
  const ingress = name === "federation-ingress";
  return [
    kubeObject(mesh.cluster, "v1", "Service", mesh.namespace, name, {
      spec: {
        type: ingress ? "LoadBalancer" : "ClusterIP",
        selector: { app: name },
        ports: [{ name: "tls", port: 15443, targetPort: 15443 }],
      },
      status: { loadBalancer: ingress ? { ingress: [balancer(mesh.address)] } : {} },
    }),
    ...workload(mesh, mesh.namespace, name, `${name}-service-account`, true, 1, { app: name }, []),
  ];
}

function balancer(address: string): JsonObject {
  return /^[0-9.]+$|:/u.test(address) ? { ip: address } : { hostname: address };
}

function serviceObjects(mesh: Settled, service: ServiceOf): KubeObject[] {
  const { namespace, name, accounts = [service.name], sidecar = true, replicas = 1, annotations = {} } = service;
  const ports = service.ports ?? [{ port: 8080, name: "http", targetPort: 8080 }];
  const labels = { app: name };
  const listening = ports.flatMap(({ targetPort, protocol }) =>
    typeof targetPort === "string"
      ? [{ name: targetPort, containerPort: 8443, ...(protocol ? { protocol } : {}) }]
      : [],
  );
  return [
    kubeObject(mesh.cluster, "v1", "Service", namespace, name, {
      metadata: { labels, annotations },
      spec: { type: "ClusterIP", clusterIP: "172.30.0.9", selector: labels, ports: ports.map((port) => ({ ...port })) },
    }),
    ...accounts.flatMap((account, index) =>
      workload(
        mesh,
        namespace,
        index === 0 ? name : `${name}-${account}`,
        account,
        sidecar,
        replicas,
        labels,
        listening,
      ),
    ),
  ];
}

/** A Deployment and its pods, injected by label, as OSSM 3 wants it, too; the ReplicaSet between them is left out, as it often is. */
export function workload(
  mesh: Pick<MeshOf, "key" | "cluster" | "network">,
  namespace: string,
  name: string,
  account: string,
  sidecar: boolean,
  replicas: number,
  labels: Readonly<Record<string, string>>,
  ports: readonly JsonObject[],
): KubeObject[] {
  const cluster = mesh.cluster ?? mesh.key;
  const app: JsonObject = { name: "app", ports };
  const injected: JsonObject = sidecar ? { "sidecar.istio.io/inject": "true" } : {};
  const env: Json = mesh.network ? [{ name: "ISTIO_META_NETWORK", value: mesh.network }] : [];
  const deployment = kubeObject(cluster, "apps/v1", "Deployment", namespace, name, {
    spec: {
      replicas,
      selector: { matchLabels: { ...labels } },
      template: {
        metadata: { labels: { ...labels, ...injected } },
        spec: { serviceAccountName: account, containers: [app] },
      },
    },
  });
  const pods = Array.from({ length: replicas }, (_, index) =>
    kubeObject(cluster, "v1", "Pod", namespace, `${name}-5d4f-${index}`, {
      metadata: {
        labels: { ...labels, ...injected, "pod-template-hash": "5d4f" },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-5d4f`, controller: true }],
      },
      spec: { serviceAccountName: account, containers: [app, ...(sidecar ? [{ name: "istio-proxy", env }] : [])] },
      status: { phase: "Running", podIP: podAddress(namespace, `${name}-5d4f-${index}`) },
    }),
  );
  return [deployment, ...pods];
}

function peerObjects(
  near: Settled,
  far: Settled,
  name: string,
  exports: Rules | null,
  imports: Rules | null,
): KubeObject[] {
  const { cluster, namespace } = near;
  const api = "federation.maistra.io/v1";
  return [
    kubeObject(cluster, api, "ServiceMeshPeer", namespace, name, {
      spec: {
        remote: { addresses: [far.address], discoveryPort: 8188, servicePort: 15443 },
        gateways: { ingress: { name: "federation-ingress" }, egress: { name: "federation-egress" } },
        security: {
          clientID: `${far.trustDomain}/ns/${far.namespace}/sa/federation-egress-service-account`,
          trustDomain: far.trustDomain,
          certificateChain: { kind: "ConfigMap", name: `${name}-ca-root-cert` },
        },
      },
    }),
    kubeObject(cluster, "v1", "ConfigMap", namespace, `${name}-ca-root-cert`, {
      data: { "root-cert.pem": pem(far.root) },
    }),
    ...(exports
      ? [kubeObject(cluster, api, "ExportedServiceSet", namespace, name, { spec: { exportRules: exports } })]
      : []),
    ...(imports
      ? [kubeObject(cluster, api, "ImportedServiceSet", namespace, name, { spec: { importRules: imports } })]
      : []),
  ];
}

/** "CLUSTER Kind NAMESPACE/NAME" or, for cluster-scoped ones, "CLUSTER Kind NAME": how edits name an object. */
function place({ ref }: KubeObject): string {
  return `${ref.cluster} ${ref.kind} ${ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`}`;
}

/** The world with fields of one object set; undefined takes the object away. */
export function changed(
  inputs: readonly ClusterInput[],
  at: string,
  fields: Readonly<Record<string, Json>> | undefined,
): ClusterInput[] {
  if (!inputs.some(({ objects }) => objects.some((object) => place(object) === at)))
    throw new Error(`no such object: ${at}`);
  return inputs.map((input) => ({
    ...input,
    objects: input.objects.flatMap((object) => {
      if (place(object) !== at) return [object];
      if (fields === undefined) return [];
      const body = Object.entries(fields).reduce(
        (made: Json, [path, value]) => withValueAt(made, path, value),
        object.body,
      );
      return [{ ...object, body: body as JsonObject }];
    }),
  }));
}

/** The world with objects more; those of the same identity are replaced. */
export function added(inputs: readonly ClusterInput[], ...objects: readonly KubeObject[]): ClusterInput[] {
  return inputs.map((input) => {
    const more = objects.filter(({ ref }) => ref.cluster === input.id);
    return more.length === 0 ? input : clusterInput(input.id, [...input.objects, ...more]);
  });
}

/** Two meshes, one importing "orders" of the other twice: as a host of federation's own, and as a local one. */
export function twoMeshes(
  change: { readonly east?: Partial<MeshOf>; readonly west?: Partial<MeshOf>; readonly link?: Partial<LinkOf> } = {},
): ClusterInput[] {
  return makeWorld({
    meshes: [
      { key: "east", clients: ["shop", "till"], ...change.east },
      {
        key: "west",
        services: [
          { namespace: "sales", name: "orders" },
          { namespace: "sales", name: "stock" },
        ],
        ...change.west,
      },
    ],
    links: [
      {
        between: ["east", "west"],
        exports: [null, [named("sales", "orders"), named("sales", "stock")]],
        imports: [[named("sales", "orders"), asLocal("sales", "stock", { namespace: "sales" })], null],
        ...change.link,
      },
    ],
  });
}
