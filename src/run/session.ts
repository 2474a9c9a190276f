// One run from its first record to its last: journal, images, Leases and events around the executor, and everything given back at the end.
import type { Hash } from "../core/hash.ts";
import type { ClusterId } from "../core/ids.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { Phase, PhaseId, Plan, Step } from "../plan/plan.ts";
import { imagesIn } from "./before-images.ts";
import { chainsOf } from "./chains.ts";
import { type Clock, systemClock } from "./clock.ts";
import { firstLooks } from "./first-looks.ts";
import { type JournalWriter, openJournal, readJournal } from "./journal.ts";
import { usualLeaseSeconds } from "./lease.ts";
import { leasesOf } from "./leases.ts";
import type { Direction } from "./run-event.ts";
import { type Listener, runLog } from "./run-log.ts";
import { type RunResult, runPhases } from "./run-plan.ts";
import { fold } from "./run-state.ts";
import { RunTrouble } from "./run-trouble.ts";
import type { RunWorld, Until } from "./run-world.ts";
import { undoPhases } from "./undo-plan.ts";

export interface RunRequest {
  /** The plan folder: the journal lies in it. */
  readonly folder: string;
  readonly plan: Plan;
  readonly hash: Hash;
  readonly direction: Direction;
  /** Those of the plan that are carried out, or taken back. */
  readonly phases: readonly Phase[];
  /** All steps of these phases, not a part of them. */
  readonly whole: boolean;
  readonly until: PhaseId | null;
  readonly only: readonly string[];
  readonly clients: ReadonlyMap<ClusterId, ClusterClient>;
  readonly waitUntil: Until;
  readonly confirm: (step: Step) => Promise<boolean>;
  readonly allowGitOpsOwned: boolean;
  readonly drainTimeoutMs: number | null;
  readonly takeOver: boolean;
  /** "user@host, process 4711, 3f9c": different for each run. */
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly listeners: readonly Listener[];
  readonly onLeaseWait?: (holder: string, cluster: ClusterId) => void;
  readonly clock?: Clock;
  /** How the journal is opened, where a test wants to know of each record. */
  readonly journal?: (folder: string) => JournalWriter;
  readonly leaseSeconds?: number;
  readonly perCluster?: number;
}

/** Steps side by side in one cluster: enough to keep an API server busy, few enough to leave others their share. */
export const usualPerCluster = 8;

/** Carries the request out. Whatever stops it is in the result; a bug is thrown. */
export async function run(request: RunRequest): Promise<RunResult> {
  try {
    return await withJournal(request);
  } catch (error) {
    // The journal itself could not be opened, or written at the very end.
    if (error instanceof RunTrouble) return { end: "stopped", trouble: error.finding };
    throw error;
  }
}

async function withJournal(request: RunRequest): Promise<RunResult> {
  const { folder, plan, hash, direction, clients, clock = systemClock, signal } = request;
  const state = fold(readJournal(folder));
  const journal = (request.journal ?? openJournal)(folder);
  const lock = leasesOf(clients, {
    holder: request.holder,
    durationSeconds: request.leaseSeconds ?? usualLeaseSeconds,
    takeOver: request.takeOver,
    clock,
    signal,
    onWait: request.onLeaseWait ?? (() => {}),
  });
  try {
    const emit = runLog(journal, state.lastSeq, clock, request.listeners);
    const world: RunWorld = {
      plan,
      chains: chainsOf(plan),
      state,
      clients,
      until: request.waitUntil,
      clock,
      emit,
      images: imagesIn(folder),
      lock,
      looks: firstLooks(clients, clock),
      confirm: request.confirm,
      rules: { plan: hash, allowGitOpsOwned: request.allowGitOpsOwned },
      drainTimeoutMs: request.drainTimeoutMs,
      signal,
      perCluster: request.perCluster ?? usualPerCluster,
    };
    const { until, only, holder } = request;
    await emit({ type: "run-started", plan: hash, direction, by: holder, until, only });
    const result =
      direction === "apply"
        ? await runPhases(world, request.phases)
        : await undoPhases(world, request.phases, request.whole);
    await emit({ type: "run-ended", result: result.end, trouble: result.trouble });
    return result;
  } finally {
    await lock.release();
    journal.close();
  }
}
