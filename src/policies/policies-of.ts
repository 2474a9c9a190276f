// Which AuthorizationPolicies act on the pods behind a service.
import type { ObjectRef } from "../core/object-ref.ts";
import { shapesBehind } from "../federation/find-runners.ts";
import type { PodIndex, PodShape } from "../federation/pod-index.ts";
import { type Cluster, findTyped, type Typed } from "../inventory/cluster.ts";
import { matchesPairs } from "../inventory/label-match.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { isOurs } from "../inventory/ownership.ts";

export type Policy = Typed<"AuthorizationPolicy.security.istio.io">;

export interface SelectedPolicy {
  readonly policy: Policy;
  /** Whether it selects every one of the pods, not only some. */
  readonly everyPod: boolean;
}

/**
 * The policies of others that select any of the pods: those of their namespace, and those of the control plane's namespace,
 * which is the root namespace (Istio 1.20, pilot/pkg/model/authorization.go; Maistra operator 2.5 leaves rootNamespace so).
 */
export function policiesOf(
  cluster: Cluster,
  mesh: Mesh,
  namespace: string,
  shapes: readonly Pick<PodShape, "labels">[],
): SelectedPolicy[] {
  return cluster.typed["AuthorizationPolicy.security.istio.io"].flatMap((policy) => {
    const { ref, object, view } = policy;
    if (isOurs(object) || (ref.namespace !== namespace && ref.namespace !== mesh.namespace)) return [];
    // A policy for a waypoint or gateway names it; sidecars do not look at it (Istio 1.22 and later).
    if (view.spec.targetRef !== null) return [];
    if (isDryRun(view.metadata.annotations["istio.io/dry-run"])) return [];
    const labels = view.spec.selector?.matchLabels ?? {};
    const selected = shapes.filter((shape) => matchesPairs(labels, shape.labels)).length;
    if (selected === 0 && Object.keys(labels).length > 0) return [];
    return [{ policy, everyPod: Object.keys(labels).length === 0 || selected === shapes.length }];
  });
}

/** Such a policy is only logged, also where it is the only one (Istio 1.20, pilot/pkg/security/authz/builder/builder.go: Go's ParseBool). */
function isDryRun(annotation: string | undefined): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(annotation ?? "");
}

/** The policies of others that act on the pods, or the idle templates, behind a Service. */
export function policiesBehind(cluster: Cluster, mesh: Mesh, pods: PodIndex, service: ObjectRef): SelectedPolicy[] {
  const typed = findTyped(cluster, "Service", service.namespace, service.name);
  return typed ? policiesOf(cluster, mesh, service.namespace ?? "", shapesBehind(pods, typed)) : [];
}
