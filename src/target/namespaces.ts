// Namespaces of ours, and their membership in a MultiTenant mesh.
import type { RouteId } from "../core/ids.ts";
import { type Mesh, refIn } from "../inventory/mesh.ts";
import type { DesiredObject } from "./desired-object.ts";
import { meshAnnotation, ourLabels } from "./names.ts";

/**
 * The namespace, with the labels that istiod's discovery selectors ask for: istiod sees nothing of a namespace that
 * they do not select (Istio 1.20, pkg/kube/namespace/filter.go).
 */
export function namespaceObject(mesh: Mesh, name: string, routes: readonly RouteId[]): DesiredObject {
  return {
    ref: refIn(mesh.cluster, "", "Namespace", null, name),
    role: "namespace",
    routes,
    template: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        labels: { ...discoveryLabels(mesh), ...ourLabels },
        annotations: { [meshAnnotation]: mesh.id },
      },
    },
  };
}

/** Labels that the first discovery selector selects; one selector that matches is enough (Istio, meshConfig.discoverySelectors). */
function discoveryLabels(mesh: Mesh): Record<string, string> {
  const [selector] = mesh.controlPlane.view.spec.meshConfig.discoverySelectors;
  const labels: Record<string, string> = { ...selector?.matchLabels };
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    if (operator === "In") labels[key] ??= values[0] ?? "";
    else if (operator === "Exists") labels[key] ??= "";
  }
  return labels;
}

/**
 * What makes a namespace a member of a MultiTenant mesh, whose istiod watches members only. The operator accepts no
 * other name than "default" (Maistra operator 2.5, ServiceMeshMember validation).
 */
export function membershipObject(mesh: Mesh, namespace: string, routes: readonly RouteId[]): DesiredObject {
  return {
    ref: refIn(mesh.cluster, "maistra.io", "ServiceMeshMember", namespace, "default"),
    role: "membership",
    routes,
    template: {
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMember",
      metadata: { name: "default", namespace, labels: ourLabels },
      spec: { controlPlaneRef: { name: mesh.name, namespace: mesh.namespace } },
    },
  };
}
