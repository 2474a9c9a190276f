// No NetworkPolicy of the operator stands before the exporters' new gateways.
import { managedNetworkPolicies } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** On unless switched off (Maistra operator 2.5, resources/helm/v2.5/global.yaml). */
const run: Check["run"] = (input) =>
  participants(input)
    .exporters.filter((mesh) => {
      const { spec, status } = mesh.controlPlane.view;
      return (spec.security.manageNetworkPolicy ?? status.appliedSpec.security.manageNetworkPolicy) !== false;
    })
    .map((mesh) => managedNetworkPolicies.at([mesh.controlPlane.ref], { mesh: mesh.id }));

export const managedPolicies: Check = {
  fact: "No NetworkPolicy of the operator stands before the new gateways",
  codes: [managedNetworkPolicies],
  reads: [],
  run,
};
