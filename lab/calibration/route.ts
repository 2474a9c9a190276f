// The objects that carry one host from a client in east to a server in west, all of them right. Changes begin with these. Pure.
import type { Json, JsonObject } from "../../src/core/json.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import type { Draw } from "../../test/worlds/drawn.ts";
import type { Manifest } from "../api/live-object.ts";
import {
  clientNamespace,
  controlPlane,
  eastWestPort,
  gatewayLabel,
  places,
  serverNamespace,
  serverPort,
  trustDomain,
} from "./site.ts";

export const istio = "networking.istio.io/v1beta1";
export const security = "security.istio.io/v1beta1";

/** A connection of its own for each request, from the proxy on: one that is kept hides what is wrong (docs/facts.md, shift.fresh-connections). */
export const freshConnections: JsonObject = { connectionPool: { http: { maxRequestsPerConnection: 1 } } };

/** What a case may choose from once the site is up. */
export interface Ground {
  /** The address of the east-west gateway. */
  readonly gateway: string;
}

export interface Route {
  /** Of all objects of the case. */
  readonly name: string;
  readonly slot: number;
  readonly host: string;
  readonly port: number;
  readonly protocol: "HTTP" | "TCP";
  /** A network of the case's own, so that cases do not share gateways. */
  readonly network: string;
  readonly gateway: string;
  readonly clientNamespace: string;
  readonly serverNamespace: string;
  readonly clientIdentity: string;
  readonly serverIdentity: string;
  /** Where the importer's entries live. */
  readonly home: string;
}

export interface Parts {
  readonly entry: Manifest;
  readonly workload: Manifest;
  readonly remote: Manifest;
  readonly exported: Manifest;
  readonly exposure: Manifest;
}

const suffixes = ["example", "svc.west-mesh-imports.local", "global", "svc.cluster.local"] as const;

export function drawRoute(index: number, slot: number, ground: Ground, draw: Draw): Route {
  const name = `case-${index}`;
  const near = clientNamespace(slot);
  const far = serverNamespace(slot);
  const isTcp = draw.chance(15);
  return {
    name,
    slot,
    host: `${name}.cal-host-${slot}.${draw.oneOf(suffixes)}`,
    port: isTcp ? 9100 + slot : draw.oneOf([8000, 8000, 8080, 80, 9080] as const),
    protocol: isTcp ? "TCP" : "HTTP",
    network: `network-${name}`,
    gateway: ground.gateway,
    clientNamespace: near,
    serverNamespace: far,
    clientIdentity: identity("east", near, "client"),
    serverIdentity: identity("west", far, "server"),
    home: draw.chance(50) ? near : places.imports,
  };
}

export function identity(mesh: "east" | "west", namespace: string, account: string): string {
  return `spiffe://${trustDomain[mesh]}/ns/${namespace}/sa/${account}`;
}

/** As policies write an identity. */
export function principal(of: string): string {
  return of.replace("spiffe://", "");
}

export function partsOf(route: Route): Parts {
  const { name, host, home, network, protocol, port } = route;
  const ports = [{ number: port, name: protocol === "HTTP" ? "http" : "tcp", protocol }];
  return {
    entry: {
      apiVersion: istio,
      kind: "ServiceEntry",
      metadata: { name, namespace: home },
      spec: {
        hosts: [host],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports,
        subjectAltNames: [route.serverIdentity],
        exportTo: [route.clientNamespace],
        workloadSelector: { labels: { case: name } },
      },
    },
    workload: {
      apiVersion: istio,
      kind: "WorkloadEntry",
      metadata: { name, namespace: home, labels: { case: name, "security.istio.io/tlsMode": "istio" } },
      spec: { network },
    },
    remote: remoteGateway(route),
    exported: {
      apiVersion: istio,
      kind: "ServiceEntry",
      metadata: { name, namespace: route.serverNamespace },
      spec: {
        hosts: [host],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        // The server speaks HTTP whatever its clients' proxies take it for.
        ports: [{ number: port, name: "http", protocol: "HTTP", targetPort: serverPort }],
        workloadSelector: { labels: { app: "server" } },
      },
    },
    exposure: exposureOf(name, [host]),
  };
}

export function remoteGateway({ name, home, network, gateway }: Route): Manifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "Gateway",
    metadata: { name, namespace: home, labels: { "topology.istio.io/network": network } },
    spec: {
      gatewayClassName: "istio-remote",
      addresses: [{ type: "IPAddress", value: gateway }],
      listeners: [
        {
          name: "cross-network",
          port: eastWestPort,
          protocol: "TLS",
          tls: { mode: "Passthrough", options: { "gateway.istio.io/listener-protocol": "auto-passthrough" } },
        },
      ],
    },
  };
}

export function exposureOf(name: string, hosts: readonly string[]): Manifest {
  return {
    apiVersion: istio,
    kind: "Gateway",
    metadata: { name, namespace: controlPlane },
    spec: {
      selector: { ...gatewayLabel },
      servers: [
        {
          port: { number: eastWestPort, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts: [...hosts],
        },
      ],
    },
  };
}

/** The manifest with one field changed. */
export function withField(manifest: Manifest, pointer: string, value: Json): Manifest {
  return withValueAt(manifest, pointer, value) as Manifest;
}

/** The manifest under another name. */
export function renamed(manifest: Manifest, name: string): Manifest {
  return withField(manifest, "/metadata/name", name);
}

/** An object of the security API in a namespace. */
export function policy(kind: string, name: string, namespace: string, spec: JsonObject): Manifest {
  return { apiVersion: security, kind, metadata: { name, namespace }, spec };
}
