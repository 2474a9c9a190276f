// Which consecutive steps of a phase share a section of STEPS.md, and a manifest: the same to objects of one cluster and kind.
import type { ObjectRef } from "../../core/object-ref.ts";
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
  let group: Step[] = [];
  let open: Common | null = null;
  let ids = new Set<string>();
  for (const step of steps) {
    const common = commonOf(step, context);
    if (open !== null && common !== null && isSame(open, common) && !step.after.some((id) => ids.has(id))) {
      group.push(step);
    } else {
      group = [step];
      groups.push(group);
      open = common;
      ids = new Set();
    }
    ids.add(step.id);
  }
  return groups;
}

/** What the steps of a run have in common. Compared, not made into a text: nearly all steps are asked for it. */
interface Common {
  readonly step: Step;
  readonly about: ObjectRef;
  /** Of an apply. */
  readonly restoring: Restoring | null;
}

function isSame(one: Common, other: Common): boolean {
  return (
    one.step.action.do === other.step.action.do &&
    one.about.cluster === other.about.cluster &&
    one.about.group === other.about.group &&
    one.about.kind === other.about.kind &&
    one.step.why.rule === other.step.why.rule &&
    one.step.timeoutMs === other.step.timeoutMs &&
    one.restoring === other.restoring
  );
}

/** null: the step stands alone. */
function commonOf(step: Step, context: GroupContext): Common | null {
  const { action } = step;
  switch (action.do) {
    case "apply": {
      const plainUndo = step.undo.how === "restore" && step.undo.also.length === 0;
      if (!plainUndo || hasSlots(action, context.slotted)) return null;
      return { step, about: action.ref, restoring: restoringOf(step, context) };
    }
    case "patch":
    case "delete":
      return { step, about: action.ref, restoring: null };
    case "restart":
      return { step, about: action.workload, restoring: null };
    case "delete-together":
    case "wait":
    case "confirm":
      return null;
  }
}
