// Brings one object to where a task wants it: look, judge, note, write; and look again after whatever went wrong on the way.
import type { Finding } from "../core/finding.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { ApiFailure, isTransient } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { apiTrouble, replyOf } from "./api-trouble.ts";
import type { Clock } from "./clock.ts";
import { look, metadataText, type Task } from "./task.ts";

export type Converged =
  | { readonly is: "in-place"; readonly wrote: boolean }
  | { readonly is: "stopped"; readonly trouble: Finding; readonly mayHaveWritten: boolean }
  | { readonly is: "interrupted"; readonly mayHaveWritten: boolean };

export interface Converge {
  readonly client: ClusterClient;
  readonly clock: Clock;
  /** When the run is asked to stop: what is on its way is finished, nothing more is begun. */
  readonly signal: AbortSignal;
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  /** The object as it was seen a while ago, in a list, in place of the first look; undefined: nobody has looked. */
  readonly seen?: KubeObject | null | undefined;
  /** Returns when the run may write: asked before each write, since much may have happened since the one before. */
  readonly hold: () => Promise<void>;
  /**
   * Notes what is about to be done to the object as it was seen, before the first write; again where the object has changed since and
   * no write can have had an effect (`instead`): what was noted before was not what the write found.
   */
  readonly intend: (seen: KubeObject | null, instead: boolean) => Promise<void>;
  /** Whether an earlier run may have sent a write that is still on its way. */
  readonly begun?: boolean;
  readonly onRetry: (failure: { readonly request: string; readonly reply: string }, inMs: number) => void;
}

/** Somebody writes the object again and again between our look and our write: after so many times it is said. */
const mostLooks = 20;
const firstPauseMs = 250;
/** In which a write of ours that was sent before arrives, if it does. */
const echoMs = 1_000;
const longestPauseMs = 10_000;
const longestLookPauseMs = 2_000;

export async function converge(task: Task, work: Converge): Promise<Converged> {
  let mayHaveWritten = false;
  let pauseMs = firstPauseMs;
  let lookPauseMs = firstPauseMs;
  let looks = 0;
  let noted: string | null = null;
  let echoed: Finding | null = null;
  let listed = work.seen;
  for (;;) {
    if (work.signal.aborted) return { is: "interrupted", mayHaveWritten };
    try {
      const isOld = listed !== undefined;
      const seen = listed === undefined ? await look(work.client, task.ref) : listed;
      listed = undefined;
      const judged = task.judge(seen);
      // What stands in the way may have gone since.
      if (isOld && (judged.is === "refused" || judged.is === "not-yet")) continue;
      if (judged.is === "in-place") return { is: "in-place", wrote: mayHaveWritten };
      if (judged.is === "refused") return { is: "stopped", trouble: judged.trouble, mayHaveWritten };
      if (judged.is === "not-yet") {
        if (await isOver(work, 1_000)) return { is: "stopped", trouble: judged.trouble, mayHaveWritten };
        continue;
      }
      if (await task.unseen?.isThere(work.client)) return { is: "in-place", wrote: mayHaveWritten };
      if (echoed !== null) return { is: "stopped", trouble: echoed, mayHaveWritten };
      await work.hold();
      const state = stateOf(seen);
      // What a delete finds is still there, so that none has been carried out.
      if (noted === null || (noted !== state && (!mayHaveWritten || task.does === "delete"))) {
        await work.intend(seen, noted !== null);
        noted = state;
      }
      // Both may have taken a while, and the run may have been asked to stop meanwhile.
      if (work.signal.aborted) return { is: "interrupted", mayHaveWritten };
      const before = mayHaveWritten;
      mayHaveWritten = true;
      try {
        await task.write(work.client, seen, isOld ? { asSeen: true } : {});
      } catch (error) {
        // What was answered by a refusal has not happened.
        if (error instanceof ApiFailure && !isTransient(error) && error.status > 0) mayHaveWritten = before;
        throw error;
      }
      return { is: "in-place", wrote: true };
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      looks += 1;
      const trouble = apiTrouble(error, task);
      if (isTransient(error)) {
        const inMs = error.retryAfterMs ?? pauseMs;
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        work.onRetry({ request: error.request, reply: replyOf(error, task.ref) }, inMs);
        if (await isOver(work, inMs)) return { is: "stopped", trouble, mayHaveWritten };
        continue;
      }
      if (error.reason === "patch-test-failed" && task.unseen !== undefined)
        return { is: "stopped", trouble: task.unseen.testFailed, mayHaveWritten };
      if (error.reason === "invalid" && (mayHaveWritten || work.begun === true) && echoed === null) {
        echoed = trouble;
        if (await isOver(work, echoMs)) return { is: "stopped", trouble, mayHaveWritten };
        continue;
      }
      if (!canLookAgain(error) || looks >= mostLooks) return { is: "stopped", trouble, mayHaveWritten };
      work.onRetry({ request: error.request, reply: replyOf(error, task.ref) }, lookPauseMs);
      if (await isOver(work, lookPauseMs)) return { is: "stopped", trouble, mayHaveWritten };
      lookPauseMs = Math.min(lookPauseMs * 2, longestLookPauseMs);
    }
  }
}

/** Tells one state of the object from another. */
function stateOf(seen: KubeObject | null): string {
  return seen === null ? "absent" : `${metadataText(seen, "uid")} ${metadataText(seen, "resourceVersion")}`;
}

/** The object has changed since the look, or is there, or is gone: looking again says which. A conflict over fields stays one. */
function canLookAgain({ reason, conflicts }: ApiFailure): boolean {
  return (reason === "conflict" && conflicts.length === 0) || reason === "patch-test-failed";
}

/** Waits, and says whether the time is up. */
async function isOver({ clock, signal, deadlineMs }: Converge, ms: number): Promise<boolean> {
  if (clock.monotonicMs() + ms >= deadlineMs) return true;
  await clock.sleep(ms, signal);
  return false;
}
