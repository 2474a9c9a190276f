// The state of a plan from its journal, by one fold: what was intended, what was done, and what was found before.
import type { Finding } from "../core/finding.ts";
import type { Hash } from "../core/hash.ts";
import type { StepId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import type { PhaseId } from "../plan/plan.ts";
import type { Direction, Found, RunEnd, RunEvent, StepResult } from "./run-event.ts";

export interface StepRecord {
  readonly done: boolean;
  /** By refKey: what was found before the step first acted. A later try does not replace it, unless it says that none has acted. */
  readonly found: ReadonlyMap<string, Found>;
  readonly last: StepResult | null;
}

export interface RunState {
  /** null: no run has begun. */
  readonly plan: Hash | null;
  readonly direction: Direction;
  readonly startedAt: string | null;
  readonly by: string | null;
  /** null: the last run has not ended, or was killed. */
  readonly ended: RunEnd | null;
  /** What stopped the last run: at a gate, or in its steps. */
  readonly troubles: readonly Finding[];
  /** Begun, and not undone since. */
  readonly phases: ReadonlyMap<PhaseId, "started" | "ended">;
  /** Intended or done, and not undone since. */
  readonly steps: ReadonlyMap<StepId, StepRecord>;
  readonly lastSeq: number;
}

export const notBegun: RunState = {
  plan: null,
  direction: "apply",
  startedAt: null,
  by: null,
  ended: null,
  troubles: [],
  phases: new Map(),
  steps: new Map(),
  lastSeq: 0,
};

/** What the events, in their order, add up to. */
export function fold(events: Iterable<RunEvent>, from: RunState = notBegun): RunState {
  const state = { ...from, phases: new Map(from.phases), steps: new Map(from.steps) };
  for (const event of events) {
    state.lastSeq = event.seq;
    switch (event.type) {
      case "run-started":
        state.plan = event.plan;
        state.direction = event.direction;
        state.startedAt = event.at;
        state.by = event.by;
        state.ended = null;
        state.troubles = [];
        break;
      case "run-ended":
        state.ended = event.result;
        if (event.trouble !== null) state.troubles = [...state.troubles, event.trouble];
        break;
      case "phase-started":
        if (state.direction === "apply") state.phases.set(event.phase, "started");
        break;
      case "phase-ended":
        if (state.direction === "apply") state.phases.set(event.phase, "ended");
        else state.phases.delete(event.phase);
        break;
      case "step-intended":
        // An undo has something to forget once it is done, and nothing to note before.
        if (state.direction === "apply") state.steps.set(event.step, intended(state.steps.get(event.step), event));
        break;
      case "step-ended":
        endStep(state, event.step, event.result);
        if (event.result.state === "stopped") state.troubles = [...state.troubles, event.result.trouble];
        break;
      case "waiting":
      case "retrying":
      case "step-tried":
        break;
    }
  }
  return state;
}

function intended(
  before: StepRecord | undefined,
  { found, instead }: Pick<Extract<RunEvent, { readonly type: "step-intended" }>, "found" | "instead">,
): StepRecord {
  const all = new Map(before?.found);
  for (const each of found) if (instead === true || !all.has(refKey(each.ref))) all.set(refKey(each.ref), each);
  return { done: false, found: all, last: before?.last ?? null };
}

function endStep(
  state: { readonly direction: Direction; readonly steps: Map<StepId, StepRecord> },
  id: StepId,
  result: StepResult,
): void {
  const before = state.steps.get(id);
  if (state.direction === "undo") {
    if (result.state === "done") state.steps.delete(id);
    return;
  }
  state.steps.set(id, { done: result.state === "done", found: before?.found ?? new Map(), last: result });
}
