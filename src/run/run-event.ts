// What a run tells, as it happens: one stream feeds the journal, the terminal and JSON lines. docs/events.md is the page on it.
import type { Finding } from "../core/finding.ts";
import type { Hash } from "../core/hash.ts";
import type { StepId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { PhaseId } from "../plan/plan.ts";

export type Direction = "apply" | "undo";

/** An object as a step found it, before it did anything. */
export interface Found {
  readonly ref: ObjectRef;
  /** null: it was not there. */
  readonly uid: string | null;
  readonly resourceVersion: string | null;
  /** File with the body, relative to the journal's folder; null: it was not there, or is a Secret, of which no image is kept. */
  readonly image: string | null;
}

export type StepResult =
  /** `wrote` false: everything was in place already. `left`: what was still there when a wait was given up, as asked. */
  | { readonly state: "done"; readonly wrote: boolean; readonly left?: Finding }
  /** `afterMs`: the time limit that ran out, where it was one. */
  | {
      readonly state: "stopped";
      readonly trouble: Finding;
      readonly mayHaveWritten: boolean;
      readonly afterMs: number | null;
    }
  | { readonly state: "interrupted"; readonly mayHaveWritten: boolean };

export type RunEnd = "finished" | "stopped" | "interrupted";

export type RunEventBody =
  | {
      readonly type: "run-started";
      readonly plan: Hash;
      readonly direction: Direction;
      /** Who and where: "user@host, process 4711". */
      readonly by: string;
      /** The last phase that is carried out, or undone. */
      readonly until: PhaseId | null;
      /** "SERVICE/NAMESPACE"; empty: everything. */
      readonly only: readonly string[];
    }
  | { readonly type: "phase-started"; readonly phase: PhaseId }
  /** Written down and synced before anything is sent. */
  | {
      readonly type: "step-intended";
      readonly phase: PhaseId;
      readonly step: StepId;
      readonly found: readonly Found[];
      /** What was noted of these objects before is void: no write of ours found them so. */
      readonly instead?: true;
    }
  /** What is waited for; not kept. `step` null: the phase's gate, or its verification. */
  | { readonly type: "waiting"; readonly phase: PhaseId; readonly step: StepId | null; readonly seen: Finding }
  /** Asked again after a passing refusal; not kept. */
  | {
      readonly type: "retrying";
      readonly phase: PhaseId;
      readonly step: StepId;
      readonly request: string;
      readonly reply: string;
      readonly inMs: number;
    }
  | { readonly type: "step-ended"; readonly phase: PhaseId; readonly step: StepId; readonly result: StepResult }
  | { readonly type: "phase-ended"; readonly phase: PhaseId }
  /** Only of a dry run: nothing was changed. `trouble`: what would stop the step, or why it cannot be tried yet. */
  | {
      readonly type: "step-tried";
      readonly phase: PhaseId;
      readonly step: StepId;
      readonly would: "write" | "nothing" | "wait" | "stop" | "unknown";
      readonly trouble: Finding | null;
    }
  /** `trouble`: what stopped the run as a whole, or a phase at its gate; a step's own is in its step-ended. */
  | { readonly type: "run-ended"; readonly result: RunEnd; readonly trouble: Finding | null };

export type RunEvent = { readonly v: 1; readonly seq: number; readonly at: string } & RunEventBody;

const kept: Readonly<Record<RunEventBody["type"], boolean>> = {
  "run-started": true,
  "phase-started": true,
  "step-intended": true,
  waiting: false,
  retrying: false,
  "step-ended": true,
  "phase-ended": true,
  "step-tried": false,
  "run-ended": true,
};

/** Whether the journal keeps the event; what it does not keep says nothing that a later run needs. */
export function isKept({ type }: RunEventBody): boolean {
  return kept[type];
}
