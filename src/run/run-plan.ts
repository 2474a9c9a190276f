// A plan carried out: phase after phase, each begun when its gate holds, its steps side by side as far as they may be, then verified.
import { all, type Condition } from "../conditions/condition.ts";
import type { Finding } from "../core/finding.ts";
import type { StepId } from "../core/ids.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { Phase, Step } from "../plan/plan.ts";
import { stepsBefore, untilOrGone } from "./gone-objects.ts";
import type { RunEnd, StepResult } from "./run-event.ts";
import { endedBy, runStep } from "./run-step.ts";
import { RunTrouble } from "./run-trouble.ts";
import type { RunWorld, UntilOptions } from "./run-world.ts";
import { Schedule, type Scheduled, scheduled } from "./schedule.ts";

export interface RunResult {
  readonly end: RunEnd;
  /** What stopped the run; null: nothing, or several steps, each with its own. */
  readonly trouble: Finding | null;
}

/** A gate that does not hold by then needs a person. */
export const gateTimeoutMs = 10 * 60_000;
export const verifyTimeoutMs = 5 * 60_000;

/** Carries out these phases of the plan, which are its first ones, perhaps with some of their steps left out. */
export async function runPhases(world: RunWorld, phases: readonly Phase[]): Promise<RunResult> {
  let result: RunResult = { end: "finished", trouble: null };
  try {
    for (const phase of phases) {
      result = await runPhase(world, phase);
      if (result.end !== "finished") break;
    }
  } catch (error) {
    result = { end: "stopped", trouble: troubleOf(error) };
  }
  return result;
}

export function troubleOf(error: unknown): Finding {
  if (error instanceof RunTrouble) return error.finding;
  throw error;
}

async function runPhase(world: RunWorld, phase: Phase): Promise<RunResult> {
  const state = world.state.phases.get(phase.id);
  if (state === undefined) {
    const gate = await waitAt(world, phase, phase.gate, gateTimeoutMs, stepsBefore(world.plan, phase.id, null));
    if (gate !== null) return gate;
    await world.emit({ type: "phase-started", phase: phase.id });
  }
  const steps = await runSteps(world, phase, phase.steps.map(scheduled), async (step) =>
    runStep(world, phase.id, step),
  );
  if (steps.result.end !== "finished") return steps.result;
  if (state === "ended" && !steps.changed) return steps.result;
  const reached = all(...phase.verify.map((probes): Condition => ({ kind: "reachable", probes, fresh: false })));
  const done = [...stepsBefore(world.plan, phase.id, null), ...phase.steps];
  const verified = await waitAt(world, phase, reached, verifyTimeoutMs, done);
  if (verified !== null) return verified;
  if (state !== "ended") await world.emit({ type: "phase-ended", phase: phase.id });
  return steps.result;
}

/** null: the condition holds. */
async function waitAt(
  world: RunWorld,
  phase: Phase,
  condition: Condition,
  timeoutMs: number,
  before: readonly Step[],
): Promise<RunResult | null> {
  if (world.signal.aborted) return { end: "interrupted", trouble: null };
  if (condition.kind === "all" && condition.of.length === 0) return null;
  const options: UntilOptions = {
    timeoutMs,
    signal: world.signal,
    onVerdict: (each) => {
      if (each.is !== "done") void world.emit({ type: "waiting", phase: phase.id, step: null, seen: each.seen });
    },
  };
  const verdict = await untilOrGone(world, condition, options, before);
  if (verdict.is === "done") return null;
  return world.signal.aborted ? { end: "interrupted", trouble: null } : { end: "stopped", trouble: verdict.seen };
}

export interface StepsRun {
  readonly result: RunResult;
  /** Whether anything was done that was not done before. */
  readonly changed: boolean;
}

/** Runs steps of a phase as their schedule lets them, by what is done with each; null: nothing was left to do. */
export async function runSteps(
  world: RunWorld,
  phase: Phase,
  order: readonly Scheduled[],
  run: (step: Step) => Promise<StepResult | null>,
): Promise<StepsRun> {
  const byId = new Map(phase.steps.map((step) => [step.id, step]));
  const schedule = new Schedule(order, world.perCluster);
  world.looks.expect(phase.steps);
  const running = new Map<StepId, Promise<StepId>>();
  const results: StepResult[] = [];
  let failure: { readonly error: unknown } | null = null;
  const start = async (step: Step): Promise<StepId> => {
    try {
      const result = await stepResult(world, phase, step, run);
      if (result !== null) results.push(result);
      // What stopped is not ended for those who wait for it: nothing of them is begun.
      if (result === null || result.state === "done") schedule.ended(step.id);
    } catch (error) {
      failure ??= { error };
    }
    return step.id;
  };
  const mayStart = (): boolean =>
    failure === null && !world.signal.aborted && !results.some(({ state }) => state === "stopped");
  for (;;) {
    for (let id = mayStart() ? schedule.next() : null; id !== null; id = mayStart() ? schedule.next() : null) {
      const step = byId.get(id);
      if (step) running.set(id, start(step));
    }
    if (running.size === 0) break;
    running.delete(await Promise.race(running.values()));
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  const changed = results.some((result) => result.state === "done");
  const stopped = results.some(({ state }) => state === "stopped");
  if (stopped) return { result: { end: "stopped", trouble: null }, changed };
  if (!schedule.finished) return { result: { end: "interrupted", trouble: null }, changed };
  return { result: { end: "finished", trouble: null }, changed };
}

async function stepResult(
  world: RunWorld,
  phase: Phase,
  step: Step,
  run: (step: Step) => Promise<StepResult | null>,
): Promise<StepResult | null> {
  try {
    return await run(step);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    const result = endedBy(error, step);
    await world.emit({ type: "step-ended", phase: phase.id, step: step.id, result });
    return result;
  }
}
