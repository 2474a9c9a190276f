// What an apply or an undo would do, asked of the servers without changing anything: each write is sent as a dry run.
import type { Finding } from "../core/finding.ts";
import { refText } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { Phase, Step } from "../plan/plan.ts";
import { apiTrouble } from "./api-trouble.ts";
import { tasksOf } from "./run-step.ts";
import { clientFor, type RunWorld } from "./run-world.ts";
import type { RunEventBody } from "./run-event.ts";
import { look, type Task } from "./task.ts";
import { undoWork } from "./undo-step.ts";

type Tried = Pick<Extract<RunEventBody, { readonly type: "step-tried" }>, "would" | "trouble">;

/** Tries each step of these phases; true: none would be stopped. */
export async function tryPhases(
  world: RunWorld,
  phases: readonly Phase[],
  direction: "apply" | "undo",
): Promise<boolean> {
  let fine = true;
  const ordered = direction === "apply" ? phases : [...phases].reverse();
  for (const phase of ordered) {
    const steps = direction === "apply" ? phase.steps : [...phase.steps].reverse();
    for (const step of steps) {
      if (world.signal.aborted) return false;
      const tried = direction === "apply" ? await tryStep(world, phase, step) : await tryBack(world, step);
      if (tried === null) continue;
      fine &&= tried.would !== "stop";
      await world.emit({ type: "step-tried", phase: phase.id, step: step.id, ...tried });
    }
  }
  return fine;
}

async function tryStep(world: RunWorld, phase: Phase, step: Step): Promise<Tried | null> {
  const record = world.state.steps.get(step.id) ?? null;
  const { action } = step;
  if (action.do === "wait" || action.do === "confirm")
    return record?.done === true ? null : { would: "wait", trouble: null };
  if (action.do === "restart" && record?.done === true) return null;
  try {
    const deadlineMs = world.clock.monotonicMs() + 30_000;
    const tasks = await tasksOf({ world, phase: phase.id, step, record, deadlineMs });
    // A value that comes into being only when earlier steps are carried out.
    if (tasks === "no-value-yet") return { would: "unknown", trouble: null };
    return await tryTasks(world, tasks);
  } catch (error) {
    return failed(error, step);
  }
}

async function tryBack(world: RunWorld, step: Step): Promise<Tried | null> {
  const record = world.state.steps.get(step.id) ?? null;
  const work = undoWork(world, step, record);
  if (work.trouble !== null) return { would: "stop", trouble: work.trouble };
  if (work.tasks.length === 0) return null;
  try {
    return await tryTasks(world, work.tasks);
  } catch (error) {
    return failed(error, step);
  }
}

async function tryTasks(world: RunWorld, tasks: readonly Task[]): Promise<Tried> {
  let writes = false;
  for (const task of tasks) {
    const client = clientFor(world, task.ref.cluster);
    const seen = await look(client, task.ref);
    const judged = task.judge(seen);
    if (judged.is === "refused") return { would: "stop", trouble: judged.trouble };
    if (judged.is === "not-yet") return { would: "unknown", trouble: judged.trouble };
    if (judged.is === "in-place" || (await task.unseen?.isThere(client)) === true) continue;
    writes = true;
    try {
      await task.write(client, seen, { dryRun: true });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      // Its namespace or its kind is made by an earlier step.
      const later = seen === null && (error.reason === "not-found" || error.reason === "not-installed");
      return { would: later ? "unknown" : "stop", trouble: apiTrouble(error, task) };
    }
  }
  return { would: writes ? "write" : "nothing", trouble: null };
}

function failed(error: unknown, step: Step): Tried {
  if (!(error instanceof ApiFailure)) throw error;
  const { action } = step;
  const ref = "ref" in action ? action.ref : action.do === "restart" ? action.workload : null;
  if (ref === null) throw error;
  const trouble: Finding = apiTrouble(error, { ref, does: "apply" });
  return { would: "stop", trouble };
}

/** The objects that an undo would touch, by what becomes of them: what a person is asked about before. */
export function undoTouches(
  world: Parameters<typeof undoWork>[0] & Pick<RunWorld, "state">,
  phases: readonly Phase[],
): Readonly<Record<"removed" | "put back" | "patched" | "restarted", readonly string[]>> {
  const touches = {
    removed: [] as string[],
    "put back": [] as string[],
    patched: [] as string[],
    restarted: [] as string[],
  };
  const lists = {
    delete: "removed",
    create: "put back",
    apply: "put back",
    patch: "patched",
    restart: "restarted",
  } as const;
  for (const phase of [...phases].reverse())
    for (const step of [...phase.steps].reverse())
      for (const { ref, does } of undoWork(world, step, world.state.steps.get(step.id) ?? null).tasks)
        touches[lists[does]].push(refText(ref));
  return touches;
}
