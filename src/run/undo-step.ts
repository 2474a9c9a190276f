// One step taken back: by its inverse actions, or by what the journal's images say was there before.
import type { Condition } from "../conditions/condition.ts";
import { type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { changedMeanwhile, noImage, notUndoable } from "../findings/codes/run.ts";
import type { Finding } from "../core/finding.ts";
import { seenUndone } from "../plan/awaited.ts";
import type { Action, PhaseId, Step, Undo } from "../plan/plan.ts";
import { touched } from "../plan/touched.ts";
import type { BeforeImages } from "./before-images.ts";
import { converge } from "./converge.ts";
import { deleteTask, patchTask, restartMarkOf, restartTask } from "./forward-tasks.ts";
import type { Found, StepResult } from "./run-event.ts";
import { ended, templateOf, waitFor } from "./run-step.ts";
import type { StepRecord } from "./run-state.ts";
import { clientFor, type RunWorld } from "./run-world.ts";
import { hold, reading, type StepRun } from "./step-run.ts";
import { look, metadataText, type Task } from "./task.ts";
import { recreateTask, reapplyTask, removeTask } from "./undo-tasks.ts";

export interface UndoWork {
  readonly tasks: readonly Task[];
  /** After them, and only where the object had really gone: it has to be touched again before anybody looks at it. */
  readonly also: readonly Action[];
  /** Why it cannot be undone. */
  readonly trouble: Finding | null;
}

const nothing: UndoWork = { tasks: [], also: [], trouble: null };

type UndoWorld = Pick<RunWorld, "plan" | "rules"> & { readonly images: BeforeImages };

/** What has to be written to take the step back; nothing where the journal does not know of it. */
export function undoWork(world: UndoWorld, step: Step, record: StepRecord | null): UndoWork {
  const { undo, action } = step;
  if (record === null) return nothing;
  if (action.do === "restart") return undoRestart(world, action.workload, record);
  switch (undo.how) {
    case "none":
      // What it lost was confirmed; what it wrote, if anything, no write brings back.
      if (!undo.needed || record.found.size === 0) return nothing;
      return { ...nothing, trouble: notUndoable.at([...touched(action)], { title: step.title, reason: undo.reason }) };
    case "wait":
      return nothing;
    case "actions":
      return record.found.size === 0 ? nothing : { ...nothing, tasks: undo.actions.map((each) => taskOf(world, each)) };
    case "restore":
      return restoreWork(world, step, record);
  }
}

/** The mark of the step goes; what it restarted starts once more, under what holds now. */
function undoRestart({ images }: UndoWorld, workload: ObjectRef, record: StepRecord): UndoWork {
  const found = record.found.get(refKey(workload));
  if (!found) return nothing;
  const image = images.read(found);
  if (image === null) return { ...nothing, trouble: missing(found) };
  return { ...nothing, tasks: [restartTask(workload, restartMarkOf(image.body))] };
}

function restoreWork(world: UndoWorld, step: Step, record: StepRecord): UndoWork {
  const { action, undo } = step;
  const tasks: Task[] = [];
  for (const ref of touched(action)) {
    const found = record.found.get(refKey(ref));
    // It was in place, or a later step had done it.
    if (!found) continue;
    const image = found.uid === null ? null : world.images.read(found);
    if (found.uid !== null && image === null) return { ...nothing, trouble: missing(found) };
    if (action.do === "apply") {
      const left = templateOf(world, action);
      tasks.push(image === null ? removeTask(ref, left) : reapplyTask(ref, image.applied, left));
    } else if (image !== null) tasks.push(recreateTask(image));
  }
  return { tasks, also: undo.how === "restore" ? undo.also : [], trouble: null };
}

function missing({ ref }: Found): Finding {
  return noImage.at([ref], { object: refText(ref) });
}

function taskOf({ rules }: UndoWorld, action: Action): Task {
  switch (action.do) {
    case "patch":
      return patchTask(action.ref, action.ops, "guarded", rules, changedMeanwhile);
    case "delete":
      return deleteTask(action.ref, "any", rules);
    case "apply":
    case "restart":
    case "delete-together":
    case "wait":
    case "confirm":
      throw new Error(`undo by ${action.do} is not planned by any phase`);
  }
}

/** Takes the step back, and tells; null: there was nothing to take back. */
export async function undoStep(world: RunWorld, phase: PhaseId, step: Step): Promise<StepResult | null> {
  const record = world.state.steps.get(step.id) ?? null;
  if (record === null) return null;
  const work = undoWork(world, step, record);
  const deadlineMs = world.clock.monotonicMs() + step.timeoutMs;
  const run: StepRun = { world, phase, step, record, deadlineMs };
  const result: StepResult =
    work.trouble === null
      ? await undoBy(run, work)
      : { state: "stopped", trouble: work.trouble, mayHaveWritten: false, afterMs: null };
  await world.emit({ type: "step-ended", phase, step: step.id, result });
  return result;
}

async function undoBy(run: StepRun, work: UndoWork): Promise<StepResult> {
  const { step, record } = run;
  let wrote = false;
  for (const task of [...work.tasks, ...(await alsoTasks(run, work))]) {
    const written = await writeBack(run, task);
    if (written.is !== "in-place") return ended(written);
    wrote ||= written.wrote;
  }
  const acted = (record?.found.size ?? 0) > 0;
  const back = acted ? await waitFor(run, undone(step, work.tasks), wrote) : ({ state: "done", wrote } as const);
  if (back.state !== "done" || step.undo.how !== "wait" || !(acted || record?.done === true)) return back;
  return waitBack(run, step.undo, wrote);
}

/** What holds up only what is no path any more must not hold up the rest. */
async function waitBack(
  run: StepRun,
  { done, otherwise }: Extract<Undo, { readonly how: "wait" }>,
  wrote: boolean,
): Promise<StepResult> {
  const result = await waitFor(run, done, wrote);
  if (result.state !== "stopped" || otherwise === "stop") return result;
  return { state: "done", wrote, left: result.trouble };
}

async function writeBack(run: StepRun, task: Task) {
  const { world, step, phase, deadlineMs } = run;
  return converge(task, {
    client: clientFor(world, task.ref.cluster),
    clock: world.clock,
    signal: world.signal,
    deadlineMs,
    hold: async () => hold(run, task.ref.cluster),
    intend: async (_, again) => {
      if (!again) await world.emit({ type: "step-intended", phase, step: step.id, found: [] });
    },
    onRetry: ({ request, reply }, inMs) =>
      void world.emit({ type: "retrying", phase, step: step.id, request, reply, inMs }),
  });
}

/** None for an object that had never gone: the step was noted, and killed before it acted. */
async function alsoTasks(run: StepRun, { tasks, also }: UndoWork): Promise<Task[]> {
  const { world, record } = run;
  if (also.length === 0) return [];
  for (const { ref } of tasks) {
    const seen = await reading(run, async () => look(clientFor(world, ref.cluster), ref));
    if (seen !== null && metadataText(seen, "uid") === record?.found.get(refKey(ref))?.uid) return [];
  }
  return also.map((action) => taskOf(world, action));
}

/** When a step counts as taken back. */
export function undone(step: Step, tasks: readonly Task[]): Condition {
  const refs = (does: Task["does"]) => tasks.filter((task) => task.does === does).map(({ ref }) => ref);
  return seenUndone(step, refs("delete"), refs("create"));
}
