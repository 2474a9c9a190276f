// The kinds that checks ask for: in tests' worlds they count as listed, even where there is none.
import { sortedUnique } from "../../src/core/order.ts";
import { checks } from "../../src/findings/checks/registry.ts";

export const checkedKinds: readonly string[] = sortedUnique([
  ...Object.values(checks).flatMap(({ reads }) => reads),
  // What restarts cost is asked of the plan's steps, by no check.
  "PodDisruptionBudget.policy",
  "Deployment.apps",
  "Pod",
]);
