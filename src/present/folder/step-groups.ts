// Which consecutive steps of a phase share a section of STEPS.md, and a manifest: the same to objects of one cluster and kind.
import { kindKey } from "../../core/object-ref.ts";
import type { Step } from "../../plan/plan.ts";
import type { StepContext } from "../model/step-view.ts";
import { hasSlots, type ManifestSource } from "./manifest.ts";

export type GroupContext = Pick<StepContext, "earlier"> & Pick<ManifestSource, "slotted">;

/** What undo of an apply does: delete, apply what the plan wrote before, or apply what was read. */
export type Restoring = "create" | "written" | "kept";

export function restoringOf({ id, expect }: Step, { earlier }: Pick<StepContext, "earlier">): Restoring {
  if (earlier.has(id)) return "written";
  return expect === "absent" ? "create" : "kept";
}

/**
 * The steps in runs, in their order. A step that has to come after another of the run begins the next one: within a
 * section nothing is waited for.
 */
export function stepGroups(steps: readonly Step[], context: GroupContext): Step[][] {
  const groups: Step[][] = [];
  let open: string | null = null;
  let ids = new Set<string>();
  for (const step of steps) {
    const key = groupKey(step, context);
    const group = groups.at(-1);
    if (group && key !== null && key === open && !step.after.some((id) => ids.has(id))) {
      group.push(step);
      ids.add(step.id);
      continue;
    }
    groups.push([step]);
    open = key;
    ids = new Set([step.id]);
  }
  return groups;
}

/** What the steps of a run have in common; null: the step stands alone. */
function groupKey(step: Step, context: GroupContext): string | null {
  const { action, why, timeoutMs } = step;
  const common = (ref: { readonly cluster: string; readonly group: string; readonly kind: string }): string =>
    `${action.do}|${ref.cluster}|${kindKey(ref)}|${why.rule}|${timeoutMs}`;
  switch (action.do) {
    case "apply": {
      const plainUndo = step.undo.how === "restore" && step.undo.also.length === 0;
      return plainUndo && !hasSlots(action, context.slotted)
        ? `${common(action.ref)}|${restoringOf(step, context)}`
        : null;
    }
    case "patch":
    case "delete":
      return common(action.ref);
    case "restart":
      return common(action.workload);
    case "delete-together":
    case "wait":
    case "confirm":
      return null;
  }
}
