// Where trust between the meshes comes from while they migrate: it decides the order of the phases.

/**
 * "peers": from the ServiceMeshPeers, which stay until OSSM 3 carries everything; no CA changes on 2.6. "combined-root":
 * from bundles that hold all roots, so that the peers can go while 2.6 stays; then all peers of a mesh go in one step.
 */
export type TrustOrder = "peers" | "combined-root";
