// Runs a plan against clusters in memory, with a journal in memory that can be cut off after any record.
import type { Condition } from "../../src/conditions/condition.ts";
import type { ClusterId, StepId } from "../../src/core/ids.ts";
import { hashOf } from "../../src/core/hash.ts";
import type { Json } from "../../src/core/json.ts";
import { type ObjectRef, refKey } from "../../src/core/object-ref.ts";
import { equalJson } from "../../src/core/json.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { waitedInVain } from "../../src/findings/codes/run.ts";
import type { Phase, Plan, Step } from "../../src/plan/plan.ts";
import { type BeforeImages, type Image, withoutManagedFields } from "../../src/run/before-images.ts";
import { chainsOf } from "../../src/run/chains.ts";
import type { Clock } from "../../src/run/clock.ts";
import { firstLooks } from "../../src/run/first-looks.ts";
import { ourPart } from "../../src/run/managed-fields.ts";
import { type Found, isKept, type RunEvent } from "../../src/run/run-event.ts";
import { runLog } from "../../src/run/run-log.ts";
import { type RunResult, runPhases } from "../../src/run/run-plan.ts";
import { fold } from "../../src/run/run-state.ts";
import type { RunWorld, Until, Waited } from "../../src/run/run-world.ts";
import { metadataText } from "../../src/run/task.ts";
import { undoPhases } from "../../src/run/undo-plan.ts";
import type { MemoryCluster } from "./memory-cluster.ts";

/** What stays of runs when their process is gone. */
export class MemoryFolder {
  readonly events: RunEvent[] = [];
  readonly files = new Map<string, Image>();

  readonly images: BeforeImages = {
    keep: async (step, seen) =>
      seen.map(({ ref, object }): Found => {
        if (object === null) return { ref, uid: null, resourceVersion: null, image: null };
        const [uid, version] = [metadataText(object, "uid"), metadataText(object, "resourceVersion")];
        const image = `${step}|${refKey(ref)}|${version}`;
        this.files.set(image, { ref, body: withoutManagedFields(object.body), applied: ourPart(object.body) });
        return { ref, uid, resourceVersion: version, image };
      }),
    read: ({ image }) => (image === null ? null : (this.files.get(image) ?? null)),
  };
}

export class Killed extends Error {}

export interface MemoryRun {
  readonly clusters: readonly MemoryCluster[];
  readonly folder?: MemoryFolder;
  /** The process is gone right after this many kept records of this run. */
  readonly killAfter?: number;
  readonly confirm?: (step: Step) => Promise<boolean>;
  readonly until?: Until;
  readonly signal?: AbortSignal;
  readonly allowGitOpsOwned?: boolean;
  readonly onEvent?: (event: RunEvent) => void;
  readonly perCluster?: number;
  readonly clock?: Clock;
}

export function memoryWorld(plan: Plan, run: MemoryRun): RunWorld & { readonly told: RunEvent[] } {
  const { clusters, folder = new MemoryFolder(), killAfter = Infinity, signal = new AbortController().signal } = run;
  const clients = new Map<ClusterId, MemoryCluster>(clusters.map((cluster) => [cluster.id, cluster]));
  const clock = run.clock ?? quickClock();
  const told: RunEvent[] = [];
  const before = fold(folder.events);
  let records = 0;
  const killed = () => records >= killAfter;
  const journal = {
    append: async (event: RunEvent) => {
      // A process that is gone does nothing any more: whoever goes on waiting is left waiting for an exception.
      if (killed()) throw new Killed();
      folder.events.push(event);
      records += 1;
      if (killed()) throw new Killed();
    },
  };
  const emit = runLog(journal, before.lastSeq, clock, [(event) => told.push(event), run.onEvent ?? (() => {})]);
  return {
    plan,
    told,
    chains: chainsOf(plan),
    state: before,
    clients,
    until: run.until ?? untilIn(clients, clock),
    clock,
    emit: async (event) => {
      if (killed() && !isKept(event)) throw new Killed();
      return emit(event);
    },
    images: folder.images,
    lock: {
      hold: async () => {
        if (killed()) throw new Killed();
      },
      release: async () => {},
    },
    looks: firstLooks(clients, clock),
    confirm: run.confirm ?? (async () => true),
    rules: { plan: hashOf(plan.phases.map(({ id }) => id)), allowGitOpsOwned: run.allowGitOpsOwned ?? false },
    drainTimeoutMs: null,
    signal,
    perCluster: run.perCluster ?? 4,
  };
}

export async function runInMemory(
  plan: Plan,
  run: MemoryRun,
): Promise<RunResult & { readonly told: readonly RunEvent[] }> {
  const world = memoryWorld(plan, run);
  const direction = "apply";
  await world.emit({ type: "run-started", plan: world.rules.plan, direction, by: "test", until: null, only: [] });
  const result = await runPhases(world, plan.phases);
  await world.emit({ type: "run-ended", result: result.end, trouble: result.trouble });
  return { ...result, told: world.told };
}

/** Back to before the first of these phases; `phases` are the last ones of the plan. */
export async function undoInMemory(
  plan: Plan,
  run: MemoryRun,
  phases: readonly Phase[] = plan.phases,
): Promise<RunResult & { readonly told: readonly RunEvent[] }> {
  const world = memoryWorld(plan, run);
  const direction = "undo";
  await world.emit({ type: "run-started", plan: world.rules.plan, direction, by: "test", until: null, only: [] });
  const result = await undoPhases(world, phases, true);
  await world.emit({ type: "run-ended", result: result.end, trouble: result.trouble });
  return { ...result, told: world.told };
}

/** Time passes when somebody sleeps. */
export function quickClock(): Clock & { passed(): number } {
  let now = 0;
  return {
    monotonicMs: () => now,
    date: () => new Date(Date.UTC(2026, 10, 25) + now),
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
    passed: () => now,
  };
}

/** The conditions of small plans, looked at again each second. */
export function untilIn(clients: ReadonlyMap<ClusterId, MemoryCluster>, clock: Clock): Until {
  return async (condition, { timeoutMs, signal, onVerdict }): Promise<Waited> => {
    const end = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const failing = unmet(condition, clients);
      if (failing === null) return { is: "done" };
      const verdict: Waited = { is: "pending", seen: waitedInVain.at([], { limit: "", seen: failing }) };
      onVerdict(verdict);
      if (signal.aborted || clock.monotonicMs() + 1_000 > end) return verdict;
      await clock.sleep(1_000, signal);
    }
  };
}

function unmet(condition: Condition, clients: ReadonlyMap<ClusterId, MemoryCluster>): string | null {
  const seen = (ref: ObjectRef) => clients.get(ref.cluster)?.seen(ref) ?? null;
  switch (condition.kind) {
    case "all":
      return condition.of.map((each) => unmet(each, clients)).find((text) => text !== null) ?? null;
    case "present":
      return seen(condition.ref) === null ? `${refKey(condition.ref)} absent` : null;
    case "absent":
      return seen(condition.ref) === null ? null : `${refKey(condition.ref)} present`;
    case "field": {
      const value: Json = valueAt(seen(condition.ref)?.body, condition.pointer) ?? null;
      const held =
        condition.is === "equal" ? equalJson(value, condition.value) : (value === null) === (condition.is === "empty");
      return held ? null : `${condition.pointer} is ${JSON.stringify(value)}`;
    }
    case "rolled-out":
      return null;
    default:
      return null;
  }
}

/** The ids of the steps that were intended, in their order. */
export function intended(events: readonly RunEvent[]): StepId[] {
  return events.flatMap((event) => (event.type === "step-intended" ? [event.step] : []));
}
