// No operator changes the control planes by itself during the migration.
import type { Finding } from "../../../core/finding.ts";
import { type KubeObject, refText } from "../../../core/object-ref.ts";
import { automaticUpdates, updatePending } from "../../codes/platform.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";
import { textAt } from "../text-at.ts";

const subscriptions = "Subscription.operators.coreos.com";

/** Packages of OSSM 2, OSSM 3 and the Sail operator; the vendor asks for manual approval during the migration (sail-operator, possible-problems-list). */
const meshOperators = ["servicemeshoperator", "servicemeshoperator3", "sailoperator"];
/** The vendor's checker asks for the newest version of these before OSSM 3 (sail-operator, migration-checker.sh). */
const wantedNewest = ["servicemeshoperator", "kiali-ossm"];

const run: Check["run"] = (input) => {
  const taking = new Set(participants(input).all.map(({ cluster }) => cluster));
  return input.inventory.clusters
    .filter(({ id }) => taking.has(id))
    .flatMap(({ byKind }) => byKind.get(subscriptions) ?? [])
    .flatMap(ofSubscription);
};

function ofSubscription(object: KubeObject): Finding[] {
  const { ref } = object;
  const at = (path: string): string => textAt(object.body, path);
  const operator = at("/spec/name");
  const names = { subscription: refText(ref, false), cluster: ref.cluster };
  const [installed, current] = [at("/status/installedCSV"), at("/status/currentCSV")];
  return [
    // Automatic where nothing is said (OLM, operators/v1alpha1 Subscription).
    ...(meshOperators.includes(operator) && at("/spec/installPlanApproval") !== "Manual"
      ? [automaticUpdates.at([ref], names)]
      : []),
    ...(wantedNewest.includes(operator) && installed !== "" && current !== "" && installed !== current
      ? [updatePending.at([ref], { ...names, installed, current })]
      : []),
  ];
}

export const operators: Check = {
  fact: "No operator changes the control planes by itself during the migration",
  codes: [automaticUpdates, updatePending],
  reads: [subscriptions],
  run,
};
