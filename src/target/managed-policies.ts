// What stands in for the operator's NetworkPolicies once it manages none: the same under our names, and a way in for the new gateway.
import { valueAt } from "../core/pointer.ts";
import { sortedUnique } from "../core/order.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { RouteId } from "../core/ids.ts";
import { type Cluster, coverageOf, type Typed } from "../inventory/cluster.ts";
import { type Mesh, refIn } from "../inventory/mesh.ts";
import { managedByLabel, managedByOperator } from "../inventory/ownership.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import type { DesiredObject } from "./desired-object.ts";
import { fitted, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

const kind = "NetworkPolicy.networking.k8s.io";

/** Whether the operator makes NetworkPolicies: on unless switched off (Maistra operator 2.5, resources/helm/v2.5/global.yaml). */
export function managesPolicies({ controlPlane: { view } }: Mesh): boolean {
  const { spec, status } = view;
  return (spec.security.manageNetworkPolicy ?? status.appliedSpec.security.manageNetworkPolicy) !== false;
}

/** Whether an exporter's operator is to stop: where it manages policies, and they were supplied, so that they can be stood in for. */
export function policiesToReplace(cluster: Cluster, mesh: Mesh): boolean {
  return managesPolicies(mesh) && coverageOf(cluster, kind) === "listed";
}

/**
 * The operator's policies for a mesh: in the control plane's and gateways' namespaces with the mesh as owner, in members as
 * copies with the mesh as `member-of` (Maistra operator 2.5, pkg/controller/servicemesh/member/ovs_networkpolicy.go).
 */
export function operatorPolicies(cluster: Cluster, mesh: Mesh): Typed<typeof kind>[] {
  return cluster.typed[kind].filter(({ view: { metadata } }) => {
    const { labels } = metadata;
    if (labels[managedByLabel] !== managedByOperator) return false;
    const owned =
      labels["maistra.io/owner"] === mesh.namespace && (labels["maistra.io/owner-name"] ?? mesh.name) === mesh.name;
    return owned || labels["maistra.io/member-of"] === mesh.namespace;
  });
}

/**
 * With `manageNetworkPolicy: false` the operator deletes its policies (Maistra operator 2.5, controlplane/hooks.go and
 * pruner.go). Copies keep everything as closed as it was. They carry none of the operator's labels: it deletes what has
 * them. Where such a policy stands before exported workloads, one more lets the new gateway in: in a ClusterWide mesh its
 * namespace is no member. Policies add up (Kubernetes, NetworkPolicy); without one of the operator's none is made, since
 * it would close what is open.
 */
export function policyReplacements(
  cluster: Cluster,
  exporter: Places,
  group: readonly CarriedRoute[],
  routes: readonly RouteId[],
): DesiredObject[] {
  const { mesh } = exporter;
  if (!policiesToReplace(cluster, mesh)) return [];
  const theirs = operatorPolicies(cluster, mesh);
  const copies = theirs.map(({ ref, object }) =>
    policy(mesh, ref.namespace, ref.name, valueAt(object.body, "/spec"), routes),
  );
  const closed = new Set(theirs.map(({ ref }) => ref.namespace));
  const namespaces = sortedUnique(group.flatMap(({ exported }) => exported.service.namespace ?? []));
  const gateway = { "kubernetes.io/metadata.name": exporter.gatewayNamespace };
  const admitted = namespaces
    .filter((namespace) => closed.has(namespace))
    .map((namespace) =>
      policy(
        mesh,
        namespace,
        `from-${exporter.gatewayNamespace}`,
        {
          podSelector: {},
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ namespaceSelector: { matchLabels: gateway } }] }],
        },
        routes,
      ),
    );
  return [...copies, ...admitted];
}

function policy(
  mesh: Mesh,
  namespace: string | null,
  name: string,
  spec: Json | undefined,
  routes: readonly RouteId[],
): DesiredObject {
  const own = fitted(`meshferry-${name}`, 63);
  return {
    ref: refIn(mesh.cluster, "networking.k8s.io", "NetworkPolicy", namespace, own),
    role: "network-policy",
    routes,
    template: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: own, ...(namespace === null ? {} : { namespace }), labels: ourLabels },
      spec: isJsonObject(spec) ? spec : {},
    },
  };
}
