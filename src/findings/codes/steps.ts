// Codes of what a plan's own steps meet: owners of the objects that it changes, and what its restarts cost. MF530 to MF549.
import { defineCode } from "./define-code.ts";

export const ownedElsewhere = defineCode({
  code: "MF530",
  name: "object-owned-elsewhere",
  severity: "warn",
  message: "The plan {does} {object}, which {owner} keeps as its source says.",
  why: "The owner would put back what the plan changes, or create again what it deletes, whenever it looks: perhaps after the step was seen to be done.",
  todo: "Make the plan's change in the owner's source at the time of the step (meshferry plan --out writes it as a file), or pause the owner for this object.",
});

export const fieldOwnedElsewhere = defineCode({
  code: "MF531",
  name: "field-owned-elsewhere",
  severity: "warn",
  message: "The plan changes {fields} of {object}, which the field manager {manager} has set.",
  why: "When that manager applies its version again, the plan's change is undone, or the manager meets a conflict.",
  todo: "Make the same change in what {manager} applies.",
});

export const restartLeavesGap = defineCode({
  code: "MF532",
  name: "restart-leaves-gap",
  severity: "warn",
  message: "{cluster}: the plan restarts what has no pod meanwhile ({reason}): {workloads}.",
  why: "The old pod goes before the new one is ready, and requests fail until then.",
  todo: "Give them a second replica, or a rolling update with maxUnavailable 0, for the time of the migration; or plan the step in a window in which the gap does not matter.",
});

export const restartWithoutEffect = defineCode({
  code: "MF533",
  name: "restart-without-effect",
  severity: "warn",
  message: "The plan restarts {workload}, which does not roll out by itself: {reason}.",
  why: "A changed template replaces no pod there, so the step would wait until its time is up.",
  todo: "Resume it or change its strategy before you begin, or delete its pods yourself when the step waits.",
});

export const budgetNotHeeded = defineCode({
  code: "MF534",
  name: "disruption-budget-not-heeded",
  severity: "info",
  message: "The plan restarts {workload}, for which {budget} allows no disruption.",
  why: "A PodDisruptionBudget holds back evictions, not rollouts: only the workload's own update strategy does.",
  todo: "See that its strategy takes down no more pods than it can spare: maxUnavailable 0 where none.",
});

export const budgetsNotSupplied = defineCode({
  code: "MF535",
  name: "disruption-budgets-not-supplied",
  severity: "info",
  message: "{cluster}: the plan restarts workloads, and no PodDisruptionBudgets were supplied.",
  why: "A budget that allows no disruption says that a workload can spare no pod.",
  todo: "Supply them: oc get poddisruptionbudget -A -o yaml.",
});
