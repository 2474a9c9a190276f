// A plan taken back, the last phase first: in each its writes in reverse order, and what it had restarted is restarted at the end.
import type { StepId } from "../core/ids.ts";
import type { Phase, Step } from "../plan/plan.ts";
import { type RunResult, runSteps, troubleOf } from "./run-plan.ts";
import type { RunWorld } from "./run-world.ts";
import { type Scheduled, scheduled } from "./schedule.ts";
import { undoStep } from "./undo-step.ts";

/** Takes back these phases, given in the order of the plan. `whole`: all of their steps, not a part of them. */
export async function undoPhases(world: RunWorld, phases: readonly Phase[], whole: boolean): Promise<RunResult> {
  let result: RunResult = { end: "finished", trouble: null };
  try {
    for (const phase of [...phases].reverse()) {
      result = await undoPhase(world, phase, whole);
      if (result.end !== "finished") break;
    }
  } catch (error) {
    result = { end: "stopped", trouble: troubleOf(error) };
  }
  return result;
}

async function undoPhase(world: RunWorld, phase: Phase, whole: boolean): Promise<RunResult> {
  if (!world.state.phases.has(phase.id) && !phase.steps.some(({ id }) => world.state.steps.has(id)))
    return { end: "finished", trouble: null };
  await world.emit({ type: "phase-started", phase: phase.id });
  const back = async (step: Step) => undoStep(world, phase.id, step);
  // Restarts keep their place in the order: what waited for one still waits for what came before it.
  const writes = await runSteps(world, phase, inReverse(phase.steps), async (step) =>
    isRestart(step) ? null : back(step),
  );
  if (writes.result.end !== "finished") return writes.result;
  // What was restarted to take something up is restarted to give it up: after the writes, in the order of the plan, in which
  // istiods of one link never start together. A restart that comes after another by way of other steps still does.
  const restarts = await runSteps(world, phase, phase.steps.map(scheduled), async (step) =>
    isRestart(step) ? back(step) : null,
  );
  if (restarts.result.end === "finished" && whole) await world.emit({ type: "phase-ended", phase: phase.id });
  return restarts.result;
}

function isRestart({ action }: Step): boolean {
  return action.do === "restart";
}

/** Each step after all that had come after it. */
export function inReverse(steps: readonly Step[]): Scheduled[] {
  const before = new Map<StepId, StepId[]>();
  for (const { id, after } of steps) {
    for (const each of after) {
      const followers = before.get(each);
      if (followers) followers.push(id);
      else before.set(each, [id]);
    }
  }
  return [...steps].reverse().map((step) => ({ ...scheduled(step), after: before.get(step.id) ?? [] }));
}
