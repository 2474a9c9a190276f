// The types of what federation does today: links, exports, imports. How they are worked out stands beside, one file each.
import type { Finding, Known } from "../core/finding.ts";
import type { Host, LinkId, MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";

export type LinkFactName = "address" | "trust-domain" | "client-id" | "root" | "stated";

/** One thing that two peers must agree on, seen from one end. */
export interface LinkFact {
  readonly fact: LinkFactName;
  /** The peer that makes the claim about the other mesh. */
  readonly peer: ObjectRef;
  /** null: the objects that would show it were not supplied. */
  readonly agrees: boolean | null;
  /** What the peer says, and what the other mesh is; texts for people, never secrets. */
  readonly claimed: string;
  readonly actual: string;
}

export interface PeerEnd {
  readonly mesh: MeshId;
  readonly peer: ObjectRef;
}

/** Two peers that point at each other. */
export interface Link {
  readonly id: LinkId;
  /** In the order of the meshes' ids. */
  readonly ends: readonly [PeerEnd, PeerEnd];
  readonly facts: readonly LinkFact[];
  /** Why istiod never accepted one of the peers; null: accepted. */
  readonly rejected: string | null;
}

export interface Port {
  readonly number: number;
  readonly name: string;
  /** As Istio understands it: "HTTP", "TCP", "GRPC", … (ServiceEntry spelling). */
  readonly protocol: string;
  readonly targetPort: Known<number>;
}

/** A workload that runs an exported service. */
export interface Runner {
  readonly workload: ObjectRef;
  readonly serviceAccount: string;
  readonly sidecar: boolean;
  readonly replicas: number;
}

/** What an object's status says of something that was also computed. */
export type StatusAgreement = "agrees" | "differs" | "no-status";

/** A service that one mesh offers over a link. */
export interface ExportedService {
  readonly link: LinkId;
  readonly exporter: MeshId;
  readonly importer: MeshId;
  /** The Kubernetes Service or ServiceEntry. */
  readonly service: ObjectRef;
  /** The host under which the exporter's own clients know it. */
  readonly localHost: Host;
  readonly exportedHost: Host;
  /** Index of the deciding rule in spec.exportRules. */
  readonly rule: number;
  readonly ports: readonly Port[];
  /** Pod labels that the Service selects; empty for a Service without selector. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels that mark its pods in its namespace: the selector, or, without one, what their workloads have in common; empty: nothing. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Of a Service without selector: what its EndpointSlices say; sorted. null: it selects pods. */
  readonly addresses: readonly string[] | null;
  readonly headless: boolean;
  /** Namespaces that the service is visible in, as its annotation networking.istio.io/exportTo says; null: not annotated. */
  readonly exportTo: readonly string[] | null;
  readonly runners: Known<readonly Runner[]>;
  /** Part of the mesh itself (istiod, a federation gateway, default/kubernetes), caught by a wide rule. */
  readonly infrastructure: boolean;
  readonly status: StatusAgreement;
}

/** An exported service under the host by which the other mesh's clients dial it. */
export interface ImportedService {
  readonly link: LinkId;
  readonly importer: MeshId;
  readonly exporter: MeshId;
  readonly exportedHost: Host;
  readonly host: Host;
  readonly asLocal: boolean;
  /** Where the federation service lives: the control plane's namespace, or, as local, the alias namespace. */
  readonly homeNamespace: string;
  /** The local Service that the endpoints join. */
  readonly joins: ObjectRef | null;
  /** "region/zone/subzone". */
  readonly locality: string | null;
  readonly status: StatusAgreement;
}

/** An export that no import rule takes: offered, and used by nobody. */
export interface UnimportedService {
  readonly link: LinkId;
  readonly importer: MeshId;
  readonly exportedHost: Host;
}

export interface Federation {
  readonly links: readonly Link[];
  /** Peers that no link was found for. */
  readonly unpaired: readonly PeerEnd[];
  readonly exports: readonly ExportedService[];
  readonly imports: readonly ImportedService[];
  readonly unimported: readonly UnimportedService[];
  readonly findings: readonly Finding[];
}
