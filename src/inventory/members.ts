// Which namespaces belong to a control plane.
import { sortedUnique } from "../core/order.ts";
import { type Cluster, findTyped, type Typed } from "./cluster.ts";
import { matchesSelector } from "./label-match.ts";

/** The operator reads no roll of another name (Maistra operator 2.5, pkg/controller/common: MemberRollName). */
const rollName = "default";

/** The roll that the operator makes for a mesh without one selects this label (Maistra operator 2.5, strategy_v2_5.go, createMemberRoll). */
const defaultSelector = { matchLabels: { "istio-injection": "enabled" }, matchExpressions: [] };

/**
 * The namespaces of a mesh, without the control plane's own, sorted. The roll's status is what the operator has really
 * configured and decides where it is present; without it, members, selectors and ServiceMeshMembers are evaluated.
 */
export function memberNamespaces(
  cluster: Cluster,
  controlPlane: Typed<"ServiceMeshControlPlane.maistra.io">,
): string[] {
  const home = controlPlane.ref.namespace;
  const roll = findTyped(cluster, "ServiceMeshMemberRoll.maistra.io", home, rollName);
  if (roll && roll.view.status.configuredMembers.length > 0) {
    return sortedUnique(roll.view.status.configuredMembers.filter((name) => name !== home));
  }
  const names = new Set<string>();
  for (const member of cluster.typed["ServiceMeshMember.maistra.io"]) {
    const { namespace, name } = member.view.spec.controlPlaneRef;
    if (namespace === home && name === controlPlane.ref.name && member.ref.namespace) names.add(member.ref.namespace);
  }
  const selectors = roll ? roll.view.spec.memberSelectors : [defaultSelector];
  for (const namespace of cluster.typed.Namespace) {
    const listed = roll?.view.spec.members.some((member) => member === "*" || member === namespace.ref.name) ?? false;
    if (listed || selectors.some((selector) => matchesSelector(selector, namespace.view.metadata.labels))) {
      names.add(namespace.ref.name);
    }
  }
  for (const member of roll?.view.spec.members ?? []) if (member !== "*") names.add(member);
  names.delete(home ?? "");
  return sortedUnique(names);
}
