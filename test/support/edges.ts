// What a plan's order is made of: which step waits for which, and the plan without the one, or with both the other way round.
import type { StepId } from "../../src/core/ids.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";

export interface Edge {
  readonly before: Step;
  readonly step: Step;
  /**
   * "effect": without it, or the other way round, something fails. "consent": somebody is asked first. "apart": control planes that
   * need each other are not restarted at the same time; which comes first is all the same.
   */
  readonly for: "effect" | "consent" | "apart";
}

/** Every edge of a plan, in the order of its steps. */
export function edgesOf({ phases }: Plan): readonly Edge[] {
  const steps = phases.flatMap((phase) => phase.steps);
  const byId = new Map<StepId, Step>(steps.map((step) => [step.id, step]));
  return steps.flatMap((step) =>
    step.after.flatMap((id): Edge[] => {
      const before = byId.get(id);
      return before ? [{ before, step, for: purpose(before, step) }] : [];
    }),
  );
}

function purpose(before: Step, step: Step): Edge["for"] {
  if (step.apart?.includes(before.id) === true) return "apart";
  return before.action.do === "confirm" || step.action.do === "confirm" ? "consent" : "effect";
}

export function withoutStep(plan: Plan, id: StepId): Plan {
  return withSteps(plan, (steps) => steps.filter((step) => step.id !== id));
}

/**
 * The plan in which a step comes before the one that it waits for: in an order that keeps every other edge, the plan's lines otherwise.
 * Where other edges lead there too, it comes right before it.
 */
export function turnedRound(plan: Plan, { before, step }: Edge): Plan {
  return withSteps(plan, (steps) => {
    if (!steps.includes(step)) return steps;
    const waits = new Map(steps.map(({ id, after }) => [id, new Set(after)]));
    waits.get(step.id)?.delete(before.id);
    waits.get(before.id)?.add(step.id);
    return (
      inOrder(steps, waits) ??
      steps.filter((each) => each !== step).flatMap((each) => (each === before ? [step, each] : [each]))
    );
  });
}

/** The steps, each after those that it waits for, else as they stand; null: they wait for each other. */
function inOrder(steps: readonly Step[], waits: ReadonlyMap<StepId, ReadonlySet<StepId>>): readonly Step[] | null {
  const known = new Set(steps.map(({ id }) => id));
  const [left, done, order] = [[...steps], new Set<StepId>(), [] as Step[]];
  while (left.length > 0) {
    const at = left.findIndex(({ id }) =>
      [...(waits.get(id) ?? [])].every((each) => done.has(each) || !known.has(each)),
    );
    const [next] = at < 0 ? [] : left.splice(at, 1);
    if (!next) return null;
    done.add(next.id);
    order.push(next);
  }
  return order;
}

function withSteps(plan: Plan, edit: (steps: readonly Step[]) => readonly Step[]): Plan {
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, steps: edit(phase.steps) })) };
}
