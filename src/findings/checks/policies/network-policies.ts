// No NetworkPolicy keeps the new gateways from the exported workloads.
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy } from "../../../core/order.ts";
import { shapesBehind } from "../../../federation/find-runners.ts";
import { findTyped, type Typed } from "../../../inventory/cluster.ts";
import { matchesSelector } from "../../../inventory/label-match.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { managedByLabel, managedByOperator } from "../../../inventory/ownership.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { targetPorts } from "../../../target/isolation.ts";
import { operatorPolicies, policiesToReplace } from "../../../target/managed-policies.ts";
import { networkPolicyCloses } from "../../codes/policies.ts";
import type { Check, CheckInput } from "../check.ts";

type Policy = Typed<"NetworkPolicy.networking.k8s.io">;
type Rule = NonNullable<Policy["view"]["spec"]["ingress"]>[number];

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  // Once for each gateway that passes on to the service.
  const pairs = groupBy(
    carried,
    ({ exported, exporter }) => `${refKey(exported.service)} ${exporter.gatewayNamespace}`,
  );
  return [...pairs.values()].flatMap(([route]) => (route ? ofService(input, route) : []));
};

/**
 * Policies add up: one that admits is enough; only where some select the pods and none admits is the gateway kept out
 * (Kubernetes, NetworkPolicy). The operator's own go, and where one of them was, one of ours lets the gateway in.
 */
function ofService(input: CheckInput, { exported, exporter }: CarriedRoute): Finding[] {
  const cluster = clusterOf(input.inventory, exporter.mesh);
  const service = findTyped(cluster, "Service", exported.service.namespace, exported.service.name);
  if (!service) return [];
  const shapes = shapesBehind(input.podsOf(exporter.mesh), service);
  const selecting = cluster.typed["NetworkPolicy.networking.k8s.io"].filter(
    ({ ref, view }) =>
      ref.namespace === exported.service.namespace &&
      view.metadata.labels[managedByLabel] !== managedByOperator &&
      (view.spec.policyTypes.length === 0 || view.spec.policyTypes.includes("Ingress")) &&
      shapes.some(({ labels }) => matchesSelector(view.spec.podSelector, labels)),
  );
  if (selecting.length === 0 || admittedByOurs(input, exporter.mesh, exported.service.namespace)) return [];
  const labels = gatewayNamespaceLabels(input, exporter.mesh.cluster, exporter.gatewayNamespace);
  const closed = targetPorts(exported).filter(
    (port) => !selecting.some(({ view }) => view.spec.ingress.some((rule) => admits(rule, port, labels))),
  );
  if (closed.length === 0) return [];
  return [
    networkPolicyCloses.at(
      selecting.map(({ ref }) => ref),
      {
        service: refText(exported.service),
        namespace: exporter.gatewayNamespace,
        ports: closed.join(", "),
        policies: selecting.map(({ ref }) => ref.name).join(", "),
      },
    ),
  ];
}

function admittedByOurs(input: CheckInput, mesh: Mesh, namespace: string | null): boolean {
  const cluster = clusterOf(input.inventory, mesh);
  return (
    policiesToReplace(cluster, mesh) && operatorPolicies(cluster, mesh).some(({ ref }) => ref.namespace === namespace)
  );
}

/** Labels of the gateway's namespace: as it is, or as the plan makes it; its name among them (Kubernetes 1.22 and later). */
function gatewayNamespaceLabels(input: CheckInput, cluster: string, name: string): Readonly<Record<string, string>> {
  const found = input.inventory.clusters.find(({ id }) => id === cluster);
  const existing = found && findTyped(found, "Namespace", null, name);
  return { ...existing?.view.metadata.labels, "kubernetes.io/metadata.name": name };
}

/** What asks for pods' labels or addresses is not said to admit: neither is known before the gateway is there. */
function admits({ from, ports }: Rule, port: string, namespace: Readonly<Record<string, string>>): boolean {
  const open =
    ports.length === 0 ||
    ports.some((each) => {
      if (each.protocol !== "" && each.protocol !== "TCP") return false;
      if (each.port === null) return true;
      if (typeof each.port === "string") return false;
      return Number(port) >= each.port && Number(port) <= (each.endPort ?? each.port);
    });
  const admitted =
    from.length === 0 ||
    from.some(
      ({ namespaceSelector, podSelector, ipBlock }) =>
        ipBlock === null &&
        namespaceSelector !== null &&
        (podSelector === null || isEmpty(podSelector)) &&
        matchesSelector(namespaceSelector, namespace),
    );
  return open && admitted;
}

function isEmpty({ matchLabels, matchExpressions }: NonNullable<Rule["from"][number]["podSelector"]>): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

export const networkPolicies: Check = {
  fact: "NetworkPolicies let the new gateways reach the exported workloads",
  codes: [networkPolicyCloses],
  reads: ["Namespace", "NetworkPolicy.networking.k8s.io", "Service"],
  run,
};
