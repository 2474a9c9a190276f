// Names that must not be mixed up, as branded strings.
declare const brand: unique symbol;
type Brand<B extends string> = string & { readonly [brand]: B };

/** The user's name for a cluster: "east". */
export type ClusterId = Brand<"ClusterId">;
/** "CLUSTER/NAMESPACE/NAME" of a mesh's ServiceMeshControlPlane: "east/mesh-control/main". */
export type MeshId = Brand<"MeshId">;
/** The two peers of a link, "CLUSTER/NAMESPACE/NAME" each, joined by "<->". */
export type LinkId = Brand<"LinkId">;
/** "IMPORTER MESH|HOST". */
export type RouteId = Brand<"RouteId">;
/** A value that exists only while a plan runs. */
export type SlotId = Brand<"SlotId">;
/** From a step's content, never an ordinal. */
export type StepId = Brand<"StepId">;
/** A DNS host name as a client dials it. */
export type Host = Brand<"Host">;

export const clusterId = (name: string): ClusterId => name as ClusterId;
export const host = (name: string): Host => name as Host;
export const slotId = (name: string): SlotId => name as SlotId;
export const stepId = (name: string): StepId => name as StepId;

/** The id of the mesh that a control plane makes. */
export function meshId(cluster: ClusterId, namespace: string, name: string): MeshId {
  return `${cluster}/${namespace}/${name}` as MeshId;
}

/** The id of the link between two peers, the same whichever is named first. */
export function linkId(one: string, other: string): LinkId {
  return (one < other ? `${one}<->${other}` : `${other}<->${one}`) as LinkId;
}

/** The id of the route by which a mesh reaches an imported host. */
export function routeId(importer: MeshId, imported: Host): RouteId {
  return `${importer}|${imported}` as RouteId;
}
