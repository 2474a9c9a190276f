// Which namespaces belong to a control plane.
import { sortedUnique } from "../core/order.ts";
import { type Cluster, findTyped, type Typed } from "./cluster.ts";
import { matchesSelector } from "./label-match.ts";

/** The operator reads no roll of another name (Maistra operator 2.5, pkg/controller/common: MemberRollName). */
const rollName = "default";

/** The roll that the operator makes for a ClusterWide mesh without one selects this label (Maistra operator 2.5, strategy_v2_5.go, createMemberRoll). */
const defaultSelector = { matchLabels: { "istio-injection": "enabled" }, matchExpressions: [] };

/** Never taken by "*" or by a selector (Maistra operator 2.5, servicemeshmemberroll_types.go, isExcluded). */
const systemNamespace = /^(?:kube|openshift)(?:-|$)|^ibm-/u;

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
  const mode = controlPlane.view.spec.mode || controlPlane.view.status.appliedSpec.mode;
  const spec = roll?.view.spec;
  const selectors = spec?.memberSelectors ?? (mode === "ClusterWide" ? [defaultSelector] : []);
  const everyOne = spec?.members.includes("*") ?? false;
  for (const namespace of cluster.typed.Namespace) {
    if (systemNamespace.test(namespace.ref.name)) continue;
    if (everyOne || selectors.some((selector) => matchesSelector(selector, namespace.view.metadata.labels))) {
      names.add(namespace.ref.name);
    }
  }
  for (const member of spec?.members ?? []) if (member !== "*") names.add(member);
  names.delete(home ?? "");
  return sortedUnique(names);
}
