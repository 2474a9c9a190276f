// Several steps may write one object one after the other: where a later one has had its effect, an earlier one is not done again.
import type { StepId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { touched } from "../plan/touched.ts";

/** By refKey: the steps that write the object, in the order of the plan. */
export type Chains = ReadonlyMap<string, readonly Step[]>;

export function chainsOf(plan: Plan): Chains {
  const chains = new Map<string, Step[]>();
  for (const { steps } of plan.phases) {
    for (const step of steps) {
      for (const ref of touched(step.action)) {
        const chain = chains.get(refKey(ref));
        if (chain) chain.push(step);
        else chains.set(refKey(ref), [step]);
      }
    }
  }
  return chains;
}

/** The steps that write the object after this one. */
export function laterOn(chains: Chains, ref: ObjectRef, step: StepId): readonly Step[] {
  const chain = chains.get(refKey(ref)) ?? [];
  return chain.slice(chain.findIndex(({ id }) => id === step) + 1);
}

/** The step that wrote the object before this one. */
export function earlierOn(chains: Chains, ref: ObjectRef, step: StepId): Step | null {
  const chain = chains.get(refKey(ref)) ?? [];
  return chain[chain.findIndex(({ id }) => id === step) - 1] ?? null;
}
