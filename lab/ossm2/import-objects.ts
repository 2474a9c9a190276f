// What makes imported hosts reachable: a service that clients dial, whose endpoints are the egress gateway's pods, and the
// exporter's host behind it, which only the egress gateway dials.
import { groupBy, sortedBy } from "../../src/core/order.ts";
import { gatewayHosts } from "../../src/federation/rules/generated-resources.ts";
import {
  FEDERATION_PORT,
  type HeldImport,
  heldImports,
  importedEndpoints,
} from "../../src/federation/rules/held-imports.ts";
import type { ImportDecision } from "../../src/federation/rules/import-decision.ts";
import { effectiveLocality } from "../../src/federation/rules/locality.ts";
import type { OfferedHost } from "../../src/federation/rules/offered-host.ts";
import type { RegistryPort } from "../../src/federation/rules/registry-service.ts";
import type { Manifest } from "../api/live-object.ts";
import { terminatingPair } from "./export-objects.ts";
import type { ImportMemory } from "./import-memory.ts";
import { standInLabels } from "./marks.ts";
import type { PeerView } from "./meshes.ts";

export interface ImportPlace {
  readonly peer: PeerView;
  /** Among the mesh's peers: each has its own addresses for what it imports. */
  readonly peerIndex: number;
  /** Of the importing mesh. */
  readonly network: string;
  /** Ready pods of the peer's egress gateway. */
  readonly egressAddresses: readonly string[];
  /** Labels of these pods. */
  readonly egressLabels: Readonly<Record<string, string>>;
  /** "spiffe://…" of the egress gateway, and of the other mesh's ingress gateway. */
  readonly egressIdentity: string;
  readonly farIngressIdentity: string | null;
  readonly namespaces: ReadonlySet<string>;
  /** Cluster addresses of the Services of this cluster, by host. */
  readonly serviceAddresses: ReadonlyMap<string, string>;
}

type Taken = ImportDecision<OfferedHost> & { readonly local: NonNullable<ImportDecision["local"]> };

export function importObjects(memory: ImportMemory, place: ImportPlace): Manifest[] {
  const taken = sortedBy(
    [...memory.taken.values()].flatMap((each): Taken[] => (each.local ? [{ ...each, local: each.local }] : [])),
    ({ offer }) => offer.name.hostname,
  );
  const { peer } = place;
  const held = heldImports({ peerName: peer.name, meshNamespace: peer.namespace, decisions: taken });
  // Two offers on one host: the last one stays.
  const byHost = [...groupBy(taken, ({ local }) => local.hostname).values()].flatMap((group) => group.slice(-1));
  return byHost.flatMap((decision, index) => {
    const dialled = held.get(decision.local.hostname);
    const remote = held.get(decision.offer.name.hostname);
    if (!dialled || !remote || decision.resources === null || dialled.ports.length === 0) return [];
    const name = decision.resources.resourceName;
    return [
      dialledEntry(name, dialled, index, byHost.length, memory, place),
      remoteEntry(name, remote, place),
      ...terminatingPair({
        name,
        namespace: peer.namespace,
        gateway: peer.egress,
        hosts: gatewayHosts(dialled.hostname),
        routes: [{ host: remote.hostname }],
      }),
    ];
  });
}

/** Each round has a name of its own: only a new object has a new creation time. */
function dialledEntry(
  name: string,
  service: HeldImport,
  index: number,
  count: number,
  { round, set }: ImportMemory,
  place: ImportPlace,
): Manifest {
  const { peer, network, egressAddresses } = place;
  // A namespace that is not there cannot hold the entry, though the real registry puts the service into it.
  const namespace = place.namespaces.has(service.namespace) ? service.namespace : peer.namespace;
  const locality = effectiveLocality(set?.spec.locality ?? null);
  const source = { peerName: peer.name, network, egressAddresses, locality };
  const endpoints = groupBy(importedEndpoints(service, source), ({ address }) => address);
  const own = place.serviceAddresses.get(service.hostname) ?? "";
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: `${name}.${round.toString(36)}`, namespace, labels: standInLabels },
    spec: {
      hosts: [service.hostname],
      addresses: [own === "" || own === "None" ? importAddress(place.peerIndex, index, count, round) : own],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: service.ports.map(entryPort),
      subjectAltNames: [place.egressIdentity],
      endpoints: [...endpoints].map(([address, ofAddress]) => ({
        address,
        ports: Object.fromEntries(service.ports.map((port) => [entryPort(port).name, FEDERATION_PORT])),
        labels: endpointLabels(ofAddress[0]?.labels ?? {}, place.egressLabels),
        ...(network === "" ? {} : { network }),
        ...(ofAddress[0]?.locality ? { locality: ofAddress[0].locality } : {}),
      })),
    },
  };
}

/** The other mesh is on the network "network-PEER", whatever its own network is called (Maistra 2.5, discovery/controller.go). */
function remoteEntry(name: string, service: HeldImport, { peer, farIngressIdentity }: ImportPlace): Manifest {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: `${name}.remote`, namespace: peer.namespace, labels: standInLabels },
    spec: {
      hosts: [service.hostname],
      exportTo: ["."],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: service.ports.map(entryPort),
      ...(farIngressIdentity === null ? {} : { subjectAltNames: [farIngressIdentity] }),
      endpoints: peer.addresses.map((address) => ({
        address,
        ports: Object.fromEntries(service.ports.map((port) => [entryPort(port).name, peer.servicePort])),
        labels: { "security.istio.io/tlsMode": "istio" },
        network: `network-${peer.name}`,
      })),
    },
  };
}

/** A protocol that istiod sniffs is written as none at all. Ports of entries need names, those of Services do not. */
function entryPort({ name, number, protocol }: RegistryPort) {
  return { number, name: name || `port-${number}`, protocol: protocol === "UnsupportedProtocol" ? "" : protocol };
}

/** 240.241.0.1 … as the real registry hands them out, a share for each peer; no import keeps its address over a round. */
export function importAddress(peerIndex: number, index: number, count: number, round: number): string {
  // The real one numbers two services for each import.
  const place = 1 + ((index + round) % Math.max(2, count * 2));
  return `240.241.${(peerIndex % 16) * 16 + Math.floor(place / 254)}.${1 + (place % 254)}`;
}

/**
 * Like the real ones, and those of the gateway's pods: istiod takes an entry's endpoint at a proxy's address for that proxy's
 * labels, and its Gateways would select it no more (Istio 1.20, serviceentry/controller.go, GetProxyWorkloadLabels; seen).
 */
function endpointLabels(
  real: Readonly<Record<string, string>>,
  ofPod: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...real, ...ofPod, "security.istio.io/tlsMode": "istio" };
}
