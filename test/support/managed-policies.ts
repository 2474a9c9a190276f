// Meshes of which one lets its operator manage NetworkPolicies: what the operator makes of that (Maistra operator 2.5, resources/helm/v2.5/mesh-config).
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { KubeObject } from "../../src/core/object-ref.ts";
import { added, changed, kubeObject } from "./world.ts";

export const fromMembers = {
  podSelector: {},
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { "maistra.io/member-of": "istio-system" } } }] }],
};

/** One of the operator's own, or its copy in a member. */
export function operatorPolicy(namespace: string): KubeObject {
  const mesh =
    namespace === "istio-system" ? { "maistra.io/owner": namespace } : { "maistra.io/member-of": "istio-system" };
  return kubeObject("west", "networking.k8s.io/v1", "NetworkPolicy", namespace, "istio-mesh-basic", {
    metadata: { labels: { "app.kubernetes.io/managed-by": "maistra-istio-operator", ...mesh } },
    spec: fromMembers,
  });
}

/** The exporter "west" as it is where nobody switched the operator's policies off. */
export function managedPolicies(inputs: readonly ClusterInput[]): ClusterInput[] {
  return added(
    changed(inputs, "west ServiceMeshControlPlane istio-system/basic", { "/spec/security/manageNetworkPolicy": true }),
    operatorPolicy("istio-system"),
    operatorPolicy("sales"),
  );
}
