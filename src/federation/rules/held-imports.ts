// What the importer's registry holds after an import: one service per host, with the endpoints of the egress gateway, and what
// becomes of it where a local Service or another peer's import has the same host.
import type { ImportDecision } from "./import-decision.ts";
import { type Locality, localityLabel } from "./locality.ts";
import type { OfferedHost } from "./offered-host.ts";
import type { RegistryPort, RegistryService } from "./registry-service.ts";

/** istiod keeps two services per import: the one that clients dial, and the exporter's host that the egress gateway dials. */
export type ImportedRole = "dialled" | "remote";

export interface HeldImport {
  readonly role: ImportedRole;
  readonly hostname: string;
  /** The registry's own name for it: `name.namespace.PEER.local`; also the canonical service of its endpoints. */
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly RegistryPort[];
  /** The exporter offers services of different ports under this host. */
  readonly portsAmbiguous: boolean;
}

export interface HoldInput {
  readonly peerName: string;
  readonly meshNamespace: string;
  readonly decisions: readonly ImportDecision<OfferedHost>[];
}

/**
 * The registry of one peer by host. Offers are taken in the order given; where two lead to one host, the last one stays, and with
 * it its ports (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go, addService and addServiceToStore).
 */
export function heldImports(input: HoldInput): ReadonlyMap<string, HeldImport> {
  const { peerName, meshNamespace } = input;
  const held = new Map<string, HeldImport>();
  for (const { local, homeNamespace, offer } of input.decisions) {
    if (local === null || homeNamespace === null) continue;
    const { ports, portsAmbiguous, name: exported } = offer;
    held.set(exported.hostname, {
      role: "remote",
      hostname: exported.hostname,
      name: `${exported.name}.${exported.namespace}.${peerName}.remote`,
      namespace: meshNamespace,
      ports,
      portsAmbiguous,
    });
    held.set(local.hostname, {
      role: "dialled",
      hostname: local.hostname,
      name: `${local.name}.${local.namespace}.${peerName}.local`,
      namespace: homeNamespace,
      ports,
      portsAmbiguous,
    });
  }
  return held;
}

export interface EndpointSource {
  readonly peerName: string;
  /** Of the local mesh; "" where none is set. */
  readonly network: string;
  /** Ready addresses of the federation egress gateway. */
  readonly egressAddresses: readonly string[];
  readonly locality: Locality | null;
}

export interface ImportedEndpoint {
  readonly address: string;
  readonly port: number;
  readonly portName: string;
  readonly network: string;
  readonly namespace: string;
  readonly workloadName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** "region/zone/subzone" or "". */
  readonly locality: string;
  readonly tlsMode: "istio";
}

/** Every import is reached at the egress gateway's mTLS port (Maistra 2.5, pkg/servicemesh/federation/common/const.go). */
export const FEDERATION_PORT = 15443;

function endpointLabels(service: HeldImport, source: EndpointSource): Readonly<Record<string, string>> {
  const base = {
    "service.istio.io/canonical-name": service.name,
    "service.istio.io/canonical-revision": source.peerName,
    "topology.istio.io/cluster": source.peerName,
    "topology.istio.io/network": source.network,
  };
  if (source.locality === null) return base;
  const { region, zone, subzone } = source.locality;
  return {
    ...base,
    "topology.istio.io/subzone": subzone,
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": zone,
  };
}

/**
 * The endpoints of an imported service: the egress gateway's addresses once per port (Maistra 2.5,
 * pilot/pkg/serviceregistry/federation/controller.go, createService).
 */
export function importedEndpoints(service: HeldImport, source: EndpointSource): readonly ImportedEndpoint[] {
  const labels = endpointLabels(service, source);
  return service.ports.flatMap((port) =>
    source.egressAddresses.map((address, index) => ({
      address,
      port: FEDERATION_PORT,
      portName: port.name,
      network: source.network,
      namespace: service.namespace,
      workloadName: `${service.name}-${index}`,
      labels,
      locality: localityLabel(source.locality),
      tlsMode: "istio" as const,
    })),
  );
}

export interface LocalJoin {
  /** The local Service's: its ports (and its VIP) win. */
  readonly ports: readonly RegistryPort[];
  /** Those of them that get the import's endpoints besides their own. */
  readonly joinedPorts: readonly RegistryPort[];
}

/**
 * What becomes of an import whose host a local Service has too. The Kubernetes registry is asked first and gives ports and VIP
 * (Maistra 2.5, pilot/pkg/serviceregistry/aggregate/controller.go); endpoints meet by host, namespace and port name. null: the
 * hosts differ, nothing is joined.
 */
export function joinLocal(
  imported: Pick<HeldImport, "hostname" | "namespace" | "ports">,
  local: Pick<RegistryService, "hostname" | "namespace" | "ports">,
): LocalJoin | null {
  if (imported.hostname !== local.hostname) return null;
  const names = new Set(imported.ports.map(({ name }) => name));
  const sameNamespace = imported.namespace === local.namespace;
  return { ports: local.ports, joinedPorts: sameNamespace ? local.ports.filter(({ name }) => names.has(name)) : [] };
}

export interface PeersOnOneHost {
  readonly hostname: string;
  /** Ports that any of the peers brings, by name and number, in the order of the input. */
  readonly ports: readonly RegistryPort[];
  /** The peers bring different ports: whose list the registry shows depends on which peer istiod met first. */
  readonly portsAmbiguous: boolean;
}

function portKey({ name, number, protocol }: RegistryPort): string {
  return `${number}/${protocol}/${name}`;
}

/** What clients see where several peers import onto one host: the endpoints of all (same file, Services). */
export function peersOnOneHost(services: readonly [HeldImport, ...HeldImport[]]): PeersOnOneHost {
  const lists = new Set(services.map(({ ports }) => ports.map(portKey).join(",")));
  const ports = new Map(services.flatMap((service) => service.ports.map((port) => [portKey(port), port])));
  return {
    hostname: services[0].hostname,
    ports: [...ports.values()],
    portsAmbiguous: lists.size > 1 || services.some(({ portsAmbiguous }) => portsAmbiguous),
  };
}
