// Where cases happen: namespaces and pods that stand before the first case, and stay. Each case has one slot, whose client and
// server are its own, so that cases run side by side and none sees the other.
import type { JsonObject } from "../../src/core/json.ts";
import { appImage, httpImage } from "../build/images.ts";
import type { Manifest } from "../api/live-object.ts";

export const slots = 10;

export const controlPlane = "istio-system";
export const trustDomain = { east: "east.local", west: "west.local" } as const;

/** The client's namespace in east; its Deployment, account and container are called "client". */
export const clientNamespace = (slot: number): string => `cal-client-${slot}`;
/** The server's in west; Service, Deployment and account are called "server". */
export const serverNamespace = (slot: number): string => `cal-server-${slot}`;
/** What federation calls that Service in east. */
export const federatedHost = (slot: number): string => `server.${serverNamespace(slot)}.svc.west-mesh-imports.local`;

export const places = {
  /** East: entries that live apart from their clients, as the product has them. */
  imports: "cal-imports",
  /** East: a client whose proxy has no network of its own. */
  blind: "cal-blind",
  /** East: servers for Services of the client's own mesh. */
  local: "cal-local",
  /** Both: what is looked for in proxies to know that they have the newest configuration. */
  marker: "cal-marker",
  /** West: a server without a sidecar. */
  plain: "cal-plain",
  /** West: a server whose sidecar leaves the port to the program. */
  open: "cal-open",
  /** West: two accounts behind one label (lab/mesh/starting-point.yaml). */
  several: "b",
} as const;

/** The label that a local server has for a slot: Services and entries of several cases must not select each other's. */
export const localLabel = (slot: number): Readonly<Record<string, string>> => ({ [`slot-${slot}`]: "yes" });

export const agentPort = 9999;
export const serverPort = 8080;
export const servicePort = 8000;

/** A label of our own in the Gateway's metadata reaches its pods (docs/facts.md, network.gateway-label-reaches-pods). */
export const gatewayLabel = { "lab.meshferry.io/gateway": "calibration" } as const;
/** The value of the label, and its key. */
export const gatewayPods = ["calibration", "lab.meshferry.io/gateway"] as const;
export const eastWestPort = 15443;

const gatewayApi = "gateway.networking.k8s.io/v1beta1";

/** Its own listener passes connections on, so that it has the clusters from its start (export.passthrough-clusters-late). */
export const eastWestGateway: Manifest = {
  apiVersion: gatewayApi,
  kind: "Gateway",
  metadata: {
    name: "calibration",
    namespace: controlPlane,
    labels: { "topology.istio.io/network": "network-west-mesh", "istio.io/rev": "basic", ...gatewayLabel },
  },
  spec: {
    gatewayClassName: "istio",
    listeners: [
      {
        name: "cross-network",
        hostname: "nobody.calibration.example",
        port: eastWestPort,
        protocol: "TLS",
        tls: { mode: "Passthrough", options: { "gateway.istio.io/listener-protocol": "auto-passthrough" } },
      },
    ],
  },
};
/** istiod names what it makes for a Gateway after the Gateway and its class. */
export const gatewayWorkload = "calibration-istio";

/** What a server's Service says; cases that change it put it back. */
export function serverService(slot: number): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "server", namespace: serverNamespace(slot) },
    spec: { selector: { app: "server" }, ports: [{ name: "http", port: servicePort, targetPort: serverPort }] },
  };
}

export function eastSite(count: number, program: string): readonly Manifest[] {
  const clients = numbers(count).flatMap((slot) => podsOf(clientNamespace(slot), "client", [agent(program)]));
  return [
    ...[places.imports, places.marker].map(namespace),
    ...clients,
    ...podsOf(places.blind, "client", [agent(program)]),
    ...podsOf(places.local, "server", [server, agent(program)], {
      labels: Object.assign({}, ...numbers(count).map(localLabel)) as Readonly<Record<string, string>>,
    }),
    ...podsOf(places.local, "plain", [server], { sidecar: false }).slice(1),
  ];
}

export function westSite(count: number, program: string): readonly Manifest[] {
  return [
    namespace(places.marker),
    ...always,
    ...numbers(count).flatMap((slot) => [
      ...podsOf(serverNamespace(slot), "server", [server, agent(program)]),
      serverService(slot),
    ]),
    ...podsOf(places.plain, "server", [server], { sidecar: false }),
    ...podsOf(places.open, "server", [server], { past: String(serverPort) }),
  ];
}

/** One host that is always exposed: without any the gateway has no listener, and a case would end at a closed port. */
const always: readonly Manifest[] = [
  {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: "always", namespace: places.marker },
    spec: {
      hosts: ["always.calibration.example"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: servicePort, name: "http", protocol: "HTTP" }],
      workloadSelector: { labels: { app: "always" } },
    },
  },
  {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "Gateway",
    metadata: { name: "always", namespace: controlPlane },
    spec: {
      selector: { ...gatewayLabel },
      servers: [
        {
          port: { number: eastWestPort, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts: ["always.calibration.example"],
        },
      ],
    },
  },
];

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

function namespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "istio-injection": "enabled" } } };
}

const quick = { imagePullPolicy: "IfNotPresent", resources: { requests: { cpu: "10m" } } } as const;

const server: JsonObject = {
  name: "http",
  image: httpImage,
  ...quick,
  ports: [{ name: "web", containerPort: serverPort }],
  readinessProbe: { tcpSocket: { port: serverPort }, periodSeconds: 1 },
};

function agent(program: string): JsonObject {
  return {
    name: "agent",
    image: appImage,
    ...quick,
    command: ["python3", "-c", program, String(agentPort)],
    readinessProbe: { tcpSocket: { port: agentPort }, periodSeconds: 1 },
  };
}

/** Envoy's counters of refused certificates, which Istio leaves out by default. */
const keptCounters = JSON.stringify({ proxyStatsMatcher: { inclusionRegexps: [".*fail_verify_.*"] } });

interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly sidecar?: boolean;
  /** Ports that go past the sidecar, beside the agent's. */
  readonly past?: string;
}

function podsOf(
  place: string,
  name: string,
  containers: readonly JsonObject[],
  { labels = {}, sidecar = true, past }: PodOptions = {},
): readonly Manifest[] {
  const metadata = { name, namespace: place };
  const injected = { "sidecar.istio.io/inject": String(sidecar) };
  const ports = [...(past === undefined ? [] : [past]), String(agentPort)].join();
  return [
    namespace(place),
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: {
            labels: { app: name, ...injected, ...labels },
            annotations: {
              ...injected,
              "traffic.sidecar.istio.io/excludeInboundPorts": ports,
              "proxy.istio.io/config": keptCounters,
            },
          },
          spec: { serviceAccountName: name, terminationGracePeriodSeconds: 0, containers: [...containers] },
        },
      },
    },
  ];
}
