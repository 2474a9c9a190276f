// What is to be set up, every default applied: the form that objects, steps and hosts are made from.
import type { ClusterId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";

/** A namespace and a name; null: any. */
export interface Pattern {
  readonly namespace: string | null;
  readonly name: string | null;
}

export interface Gateway {
  readonly name: string;
  /** The peers that it serves. */
  readonly peers: readonly string[];
}

export interface Ingress {
  readonly name: string;
  readonly type: "LoadBalancer" | "NodePort" | "ClusterIP";
  readonly annotations: Readonly<Record<string, string>>;
  /** null: what its load balancer reports. */
  readonly addresses: readonly string[] | null;
  readonly nodePorts: { readonly service: number; readonly discovery: number } | null;
}

export interface App {
  readonly kind: "client" | "http" | "tcp";
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  /** One Deployment for each. */
  readonly serviceAccounts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly sidecar: boolean;
}

export interface ScaffoldMesh {
  readonly name: string;
  readonly cluster: ClusterId;
  readonly namespace: string;
  readonly controlPlane: string;
  /** Under which the other meshes know it. */
  readonly peer: string;
  readonly trustDomain: string;
  readonly network: string;
  readonly version: string;
  readonly mode: "ClusterWide" | "MultiTenant";
  readonly addons: { readonly grafana: boolean; readonly kiali: boolean; readonly prometheus: boolean };
  readonly tracing: string;
  readonly logLevels: Readonly<Record<string, string>>;
  readonly accessLog: string | null;
  readonly trustDomainAliases: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly identity: string;
  readonly manageNetworkPolicy: boolean;
  readonly ingressGateway: boolean;
  readonly egressGateway: boolean;
  readonly ingress: Ingress;
  /** Its egress gateways; none where it has no link. */
  readonly egress: readonly Gateway[];
  readonly spec: JsonObject;
  readonly apps: readonly App[];
}

/** Two meshes that have a peer for each other, by name. */
export type ScaffoldLink = readonly [string, string];

export interface ExportRule {
  readonly service: Pattern | null;
  readonly as: Pattern | null;
  readonly labels: {
    readonly namespace: string | null;
    readonly matchLabels: Readonly<Record<string, string>>;
    readonly matchExpressions: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values: readonly string[];
    }[];
    readonly aliases: readonly { readonly service: Pattern; readonly as: Pattern }[];
  } | null;
}

export interface ImportRule {
  readonly service: Pattern;
  readonly as: Pattern | null;
  readonly local: boolean;
  readonly domainSuffix: string | null;
}

/** What one mesh offers another. */
export interface Export {
  readonly from: string;
  readonly to: string;
  readonly rules: readonly ExportRule[];
}

/** What one mesh takes from another. */
export interface Import {
  readonly into: string;
  readonly from: string;
  readonly rules: readonly ImportRule[];
  readonly domainSuffix: string | null;
  readonly locality: Readonly<Record<string, string>> | null;
}

export interface Scaffold {
  /** In the order of their names. */
  readonly meshes: readonly ScaffoldMesh[];
  /** Each with its names in order, in order. */
  readonly links: readonly ScaffoldLink[];
  /** At most one for each direction, in order. */
  readonly exports: readonly Export[];
  readonly imports: readonly Import[];
}

/** The mesh of a name that a check has seen to exist. */
export function meshNamed({ meshes }: Pick<Scaffold, "meshes">, name: string): ScaffoldMesh {
  const found = meshes.find((mesh) => mesh.name === name);
  if (!found) throw new Error(`there is no mesh ${name}`);
  return found;
}

/** The meshes that a mesh is linked with, in order. */
export function neighboursOf({ links }: Pick<Scaffold, "links">, name: string): string[] {
  return links.flatMap(([one, other]) => (one === name ? [other] : other === name ? [one] : [])).sort();
}
