// The ways in which the federation ingress of "west" is reached, as variations of the two meshes.
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Json } from "../../src/core/json.ts";
import { isJsonObject } from "../../src/core/json.ts";
import { node } from "./slots.ts";
import { added, changed, kubeObject, type MeshOf, twoMeshes } from "./world.ts";

export const west = "west/istio-system/basic";
export const east = "east/istio-system/basic";
export const ingressOfWest = "west Service istio-system/federation-ingress";

export function nodeObject(
  cluster: string,
  name: string,
  internal: readonly string[],
  external: readonly string[] = [],
) {
  const body = node(internal, external);
  return kubeObject(cluster, "v1", "Node", null, name, isJsonObject(body) ? body : {});
}

/** Federation over node ports: east's peer dials one of two nodes. */
export function byNodePort(change: Partial<MeshOf> = {}): ClusterInput[] {
  const inputs = twoMeshes({ west: { address: "10.0.0.5", ...change } });
  return added(
    changed(inputs, ingressOfWest, {
      "/spec/type": "NodePort",
      "/spec/ports": [{ name: "tls", port: 15443, targetPort: 15443, nodePort: 30443 }],
      "/status": { loadBalancer: {} },
    }),
    nodeObject("west", "a", ["10.0.0.5"]),
    nodeObject("west", "b", ["10.0.0.6"]),
  );
}

/** The two meshes with fields of west's ingress Service set. */
export function withIngress(fields: Readonly<Record<string, Json>>): ClusterInput[] {
  return changed(twoMeshes(), ingressOfWest, fields);
}
