// What a step's run has at hand, and what every step does: reads that may be tried again; before a write, a Lease that is ours and a note.
import type { ClusterId } from "../core/ids.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { ApiFailure, isTransient } from "../kube/live/api-failure.ts";
import type { PhaseId, Step } from "../plan/plan.ts";
import type { Converged } from "./converge.ts";
import type { Found } from "./run-event.ts";
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

/** Returns when the run may write to the cluster: its Lease is surely ours. */
export async function hold({ world, deadlineMs }: StepRun, cluster: ClusterId, signal = world.signal): Promise<void> {
  await world.lock.hold([cluster], { deadlineMs, signal });
}

/**
 * What is about to be written is noted on disk, with what was there. `instead`: it replaces what was noted before, which no write has
 * found.
 */
export async function intend(
  { world, phase, step }: Pick<StepRun, "world" | "phase" | "step">,
  seen: readonly { readonly ref: ObjectRef; readonly object: KubeObject | null }[],
  instead = false,
): Promise<void> {
  const found = await world.images.keep(step.id, seen);
  const event = { type: "step-intended", phase, step: step.id, found } as const;
  await world.emit(instead ? { ...event, instead } : event);
}

/** What an earlier run noted of an object; null: it did not come to it. */
export function foundBefore({ record }: StepRun, ref: ObjectRef): Found | null {
  return record?.found.get(refKey(ref)) ?? null;
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
