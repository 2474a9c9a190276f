// The operator's NetworkPolicies before the exporters' workloads can be stood in for, so that they can go.
import { coverageOf } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { managesPolicies, operatorPolicies } from "../../../target/managed-policies.ts";
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
      const count = operatorPolicies(cluster, mesh).length;
      return managedPoliciesReplaced.at(subjects, { mesh: mesh.id, count });
    });

export const managedPolicies: Check = {
  fact: "The NetworkPolicies that the operator manages before exported workloads are known",
  codes: [managedPoliciesNotSupplied, managedPoliciesReplaced],
  reads: [kind],
  run,
};
