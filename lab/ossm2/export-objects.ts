// What makes a mesh's ingress gateway serve its exports: the same Gateway, VirtualService and policy that the real istiod keeps
// in memory (Maistra 2.5, pkg/servicemesh/federation/server/routing.go).
import type { ExportDecision } from "../../src/federation/rules/export-decision.ts";
import { gatewayHosts } from "../../src/federation/rules/generated-resources.ts";
import type { Manifest } from "../api/live-object.ts";
import { standInLabels } from "./marks.ts";
import type { PeerView } from "./meshes.ts";

export const federationPort = 15443;

/** The pods of a gateway, as the real objects select them. */
export const podsOfGateway = (gateway: string) => ({ "service.istio.io/canonical-name": gateway });

/** A Gateway of one terminating server, and the VirtualService that sends all that it takes to one destination. */
export interface TerminatingPair {
  readonly name: string;
  readonly namespace: string;
  readonly gateway: string;
  readonly hosts: readonly string[];
  readonly routes: readonly { readonly host: string; readonly weight?: number }[];
}

export function terminatingPair({ name, namespace, gateway, hosts, routes }: TerminatingPair): Manifest[] {
  const metadata = { name, namespace, labels: standInLabels };
  return [
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "Gateway",
      metadata,
      spec: {
        selector: podsOfGateway(gateway),
        servers: [
          {
            name,
            hosts: [...hosts],
            port: { name: "tls-federation", number: federationPort, protocol: "TLS" },
            tls: { mode: "ISTIO_MUTUAL" },
          },
        ],
      },
    },
    {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata,
      spec: {
        hosts: [...hosts],
        gateways: [`${namespace}/${name}`],
        exportTo: ["."],
        tcp: [
          {
            match: [{ gateways: [`${namespace}/${name}`] }],
            route: routes.map(({ host, weight }) => ({
              destination: { host },
              ...(weight === undefined ? {} : { weight }),
            })),
          },
        ],
      },
    },
  ];
}

/** Takes connections and drops them: there is no such service. */
const nowhere = "half-removed.lab.meshferry";

export function exportObjects(
  peer: PeerView,
  active: readonly ExportDecision[],
  halfRemoved: string | null,
): Manifest[] {
  const { namespace, ingress } = peer;
  const served = active.flatMap(({ resources, service }) => {
    if (resources === null) return [];
    // Seen on the real system: 40 to 60 % of the requests to the half-removed export fail, once pooled connections have drained.
    const routes =
      service.hostname === halfRemoved
        ? [
            { host: service.hostname, weight: 50 },
            { host: nowhere, weight: 50 },
          ]
        : [{ host: service.hostname }];
    return terminatingPair({
      name: resources.resourceName,
      namespace,
      gateway: ingress,
      hosts: gatewayHosts(resources.host),
      routes,
    });
  });
  return served.length === 0 ? [] : [...served, policy(peer, active)];
}

/** Lets the peer's egress gateway in, to what is exported to that peer and nothing else. */
function policy({ name, namespace, ingress, clientID }: PeerView, active: readonly ExportDecision[]): Manifest {
  const hosts = active.flatMap(({ resources }) => (resources === null ? [] : gatewayHosts(resources.host)));
  return {
    apiVersion: "security.istio.io/v1beta1",
    kind: "AuthorizationPolicy",
    metadata: { name: `federation-exports-${name}`, namespace, labels: standInLabels },
    spec: {
      selector: { matchLabels: podsOfGateway(ingress) },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: [clientID] } }],
          to: [{ operation: { ports: [String(federationPort)] } }],
          when: [{ key: "connection.sni", values: hosts }],
        },
      ],
    },
  };
}
