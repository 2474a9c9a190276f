// What a step's run has at hand, and the two things that every step does: reads that may be tried again, and the note before a write.
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { ApiFailure, isTransient } from "../kube/live/api-failure.ts";
import type { PhaseId, Step } from "../plan/plan.ts";
import type { Converged } from "./converge.ts";
import type { StepRecord } from "./run-state.ts";
import type { RunWorld } from "./run-world.ts";

export interface StepRun {
  readonly world: RunWorld;
  readonly phase: PhaseId;
  readonly step: Step;
  readonly record: StepRecord | null;
  /** On the monotonic clock. */
  readonly deadlineMs: number;
}

/** `superseded`: a later step of the plan has had its effect on the object. */
export type Written = Converged & { readonly superseded?: boolean };

/** What is about to be written is noted with what was there, on disk, under Leases that are ours. */
export async function intend(
  { world, phase, step }: Pick<StepRun, "world" | "phase" | "step">,
  seen: readonly { readonly ref: ObjectRef; readonly object: KubeObject | null }[],
): Promise<void> {
  await world.lock.hold();
  const found = await world.images.keep(step.id, seen);
  await world.emit({ type: "step-intended", phase, step: step.id, found });
}

/** A read, tried again while its refusal may pass. */
export async function reading<T>({ world, deadlineMs, step, phase }: StepRun, read: () => Promise<T>): Promise<T> {
  let pauseMs = 250;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiFailure) || !isTransient(error)) throw error;
      const inMs = error.retryAfterMs ?? pauseMs;
      if (world.signal.aborted || world.clock.monotonicMs() + inMs >= deadlineMs) throw error;
      await world.emit({
        type: "retrying",
        phase,
        step: step.id,
        request: error.request,
        reply: error.message,
        inMs,
      });
      pauseMs = Math.min(pauseMs * 2, 10_000);
      await world.clock.sleep(inMs, world.signal);
    }
  }
}
