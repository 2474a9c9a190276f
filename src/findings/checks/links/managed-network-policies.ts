// The operator's NetworkPolicies before the exporters' workloads can be stood in for, so that they can go.
import { coverageOf } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { managesPolicies } from "../../../target/managed-policies.ts";
import { managedPoliciesNotSupplied, managedPoliciesReplaced } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const kind = "NetworkPolicy.networking.k8s.io";

const run: Check["run"] = (input) =>
  participants(input)
    .exporters.filter(managesPolicies)
    .map((mesh) => {
      const cluster = clusterOf(input.inventory, mesh);
      const subjects = [mesh.controlPlane.ref];
      if (coverageOf(cluster, kind) !== "listed") return managedPoliciesNotSupplied.at(subjects, { mesh: mesh.id });
      const count = input.target.objects.filter(
        ({ ref, role }) => role === "network-policy" && ref.cluster === mesh.cluster,
      ).length;
      return managedPoliciesReplaced.at(subjects, { mesh: mesh.id, count });
    });

export const managedPolicies: Check = {
  fact: "NetworkPolicies that the operator manages can be stood in for",
  codes: [managedPoliciesNotSupplied, managedPoliciesReplaced],
  // Policies are of no interest where the operator manages none: where they are missed, the finding says so.
  reads: [],
  run,
};
