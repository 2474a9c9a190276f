// What federation kept from a linked mesh stays kept from it.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import type { Exclusion } from "../../../target/isolation.ts";
import { isolationByPolicy, isolationLost } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const run: Check["run"] = (input) => {
  return participants(input).exporters.flatMap((mesh) => {
    const exclusions = input.target.exclusions.get(mesh.id) ?? [];
    const lost = exclusions.filter(({ inseparable }) => inseparable.length > 0);
    const kept = exclusions.filter(({ domains }) => domains.length > 0);
    const findings: Finding[] = [];
    if (lost.length > 0) {
      const reached = [...new Set(lost.flatMap(({ inseparable }) => inseparable))].sort();
      findings.push(
        isolationLost.at([mesh.controlPlane.ref], { mesh: mesh.id, services: named(lost), meshes: reached.join(", ") }),
      );
    }
    if (kept.length > 0) {
      const domains = [...new Set(kept.flatMap((each) => each.domains))].sort();
      findings.push(
        isolationByPolicy.at([mesh.controlPlane.ref], {
          mesh: mesh.id,
          services: named(kept),
          domains: domains.join(", "),
        }),
      );
    }
    return findings;
  });
};

function named(exclusions: readonly Exclusion[]): string {
  return fewNames(exclusions.map(({ exported: { service } }) => `${service.namespace}/${service.name}`));
}

export const isolation: Check = {
  fact: "What federation kept from a linked mesh can be kept from it",
  codes: [isolationByPolicy, isolationLost],
  reads: [],
  run,
};
