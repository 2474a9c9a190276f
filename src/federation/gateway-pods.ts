// The pods of a mesh's federation gateways: what selectors of others may mean.
import { canonicalJson } from "../core/json.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { federationGateways, gatewayNamespace } from "./gateways.ts";
import type { PodIndex } from "./pod-index.ts";

export interface GatewayPods {
  readonly kind: "ingress" | "egress";
  readonly namespace: string;
  readonly name: string;
  /** null: neither pods nor templates of it were supplied. */
  readonly labels: Readonly<Record<string, string>> | null;
}

/** Each gateway that a peer of the mesh names, once for every set of labels that its pods and templates have. */
export function federationGatewayPods(mesh: Mesh, pods: PodIndex): GatewayPods[] {
  const { ingress, egress } = federationGateways(mesh);
  const named = [
    ...ingress.map((name) => ({ kind: "ingress" as const, name })),
    ...egress.map((name) => ({ kind: "egress" as const, name })),
  ];
  return named.flatMap(({ kind, name }): GatewayPods[] => {
    const namespace = gatewayNamespace(mesh, kind, name);
    const shapes = [...pods.pods, ...pods.templates].filter(
      (each) => each.namespace === namespace && each.workload.name === name,
    );
    const labels = [...new Map(shapes.map((shape) => [canonicalJson({ ...shape.labels }), shape.labels])).values()];
    return labels.length === 0
      ? [{ kind, namespace, name, labels: null }]
      : labels.map((each) => ({ kind, namespace, name, labels: each }));
  });
}
