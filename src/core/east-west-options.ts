// What a user may say of the new gateways, by mesh: shared by the configuration and by what is made from it.

/** "mesh": one gateway of an exporting mesh for all importers; "peer": one for each importing mesh. */
export type GatewayPer = "mesh" | "peer";

/** Which gateways a setting is for. Meshes are "CLUSTER/NAMESPACE/NAME" of their control planes. */
export interface GatewayScope {
  readonly mesh: string;
  /** Only for what this importer uses; null: for all importers. */
  readonly importer: string | null;
}

/** The Service of a new gateway; null: as the federation ingress Service has it. "" and an empty list: none. */
export interface StatedService extends GatewayScope {
  readonly type: "LoadBalancer" | "NodePort" | "ClusterIP" | null;
  /** Beside those of the federation ingress Service, or in their place. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly loadBalancerIP: string | null;
  readonly loadBalancerClass: string | null;
  readonly loadBalancerSourceRanges: readonly string[] | null;
  readonly externalTrafficPolicy: "Cluster" | "Local" | null;
  readonly externalIPs: readonly string[] | null;
}

/** Where importers reach a gateway: an address in front of its Service, behind NAT, or a name in DNS. */
export interface StatedAddresses extends GatewayScope {
  readonly addresses: readonly string[];
  /** null: the port of the Service, or its node port. */
  readonly port: number | null;
}

export interface GatewayOptions {
  readonly per: GatewayPer;
  readonly service: readonly StatedService[];
  readonly addresses: readonly StatedAddresses[];
}

/** What is stated for one gateway and importer; an entry for the importer goes before one for all. */
export function statedFor<T extends GatewayScope>(entries: readonly T[], mesh: string, importer: string): T | null {
  const ofMesh = entries.filter((entry) => entry.mesh === mesh);
  return ofMesh.find((entry) => entry.importer === importer) ?? ofMesh.find((entry) => entry.importer === null) ?? null;
}
