// A mesh's picture of another one: the ServiceMeshPeer, and the ConfigMap with the other's root.
import { slotId } from "../../core/ids.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import type { Slot } from "../../target/desired-object.ts";
import type { Gateway, ScaffoldMesh } from "../scaffold.ts";
import { discoveryPort, servicePort } from "./control-plane.ts";
import { madeObject, type MadeObject } from "./made-object.ts";

/** The Service that the operator makes for a mesh's federation ingress gateway. */
export function ingressServiceOf({ cluster, namespace, ingress }: ScaffoldMesh): ObjectRef {
  return { cluster, group: "", kind: "Service", namespace, name: ingress.name };
}

/** The addresses of a mesh's ingress gateway, which only its load balancer knows; null where they are stated. */
export function ingressSlot(mesh: ScaffoldMesh): Slot | null {
  if (mesh.ingress.addresses !== null) return null;
  return {
    id: slotId(`${mesh.name}-ingress`),
    from: ingressServiceOf(mesh),
    pointer: "/status/loadBalancer/ingress",
    type: "plain-addresses",
  };
}

/** The egress gateway through which a mesh reaches a peer. */
export function egressFor({ egress }: ScaffoldMesh, peer: string): Gateway {
  const found = egress.find(({ peers }) => peers.includes(peer));
  if (!found) throw new Error(`no egress gateway serves ${peer}`);
  return found;
}

/** The name that a peer's ConfigMap has where none is stated (Maistra 2.5, pkg/servicemesh/federation/discovery). */
function rootName(peer: string): string {
  return `${peer}-ca-root-cert`;
}

export function rootConfigMap(near: ScaffoldMesh, far: ScaffoldMesh, root: string): MadeObject {
  return madeObject(near.cluster, {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: near.namespace,
    name: rootName(far.peer),
    rest: { data: { "root-cert.pem": root } },
  });
}

/** How `near` knows `far`. */
export function serviceMeshPeer(near: ScaffoldMesh, far: ScaffoldMesh): MadeObject {
  const slot = ingressSlot(far);
  // The identity under which the other mesh's egress gateway comes: the operator names its account so (observed on 2.6).
  const account = `${egressFor(far, near.peer).name}-service-account`;
  return madeObject(near.cluster, {
    apiVersion: "federation.maistra.io/v1",
    kind: "ServiceMeshPeer",
    namespace: near.namespace,
    name: far.peer,
    rest: {
      spec: {
        remote: {
          addresses: slot === null ? [...(far.ingress.addresses ?? [])] : { $slot: slot.id },
          discoveryPort: far.ingress.nodePorts?.discovery ?? discoveryPort,
          servicePort: far.ingress.nodePorts?.service ?? servicePort,
        },
        gateways: {
          ingress: { name: near.ingress.name },
          egress: { name: egressFor(near, far.peer).name },
        },
        security: {
          trustDomain: far.trustDomain,
          clientID: `${far.trustDomain}/ns/${far.namespace}/sa/${account}`,
          certificateChain: { kind: "ConfigMap", name: rootName(far.peer) },
        },
      },
    },
  });
}
