// One step of a plan against the clusters: what is in place already is left alone, the rest is written and waited for.
import { all, always, type Condition } from "../conditions/condition.ts";
import type { Finding } from "../core/finding.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { withValueAt } from "../core/pointer.ts";
import { notConfirmed, waitedInVain } from "../findings/codes/run.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import { leftToSee } from "../plan/awaited.ts";
import type { Action, PhaseId, Step } from "../plan/plan.ts";
import { touched } from "../plan/touched.ts";
import { fillSlots } from "../target/fill-slots.ts";
import { apiTrouble } from "./api-trouble.ts";
import { laterOn } from "./chains.ts";
import { converge, type Converged } from "./converge.ts";
import { deleteTogether } from "./delete-together.ts";
import { applyTask, deleteTask, goingTrouble, patchTask, restartMark, restartTask } from "./forward-tasks.ts";
import { stepsBefore, untilOrGone } from "./gone-objects.ts";
import type { StepResult } from "./run-event.ts";
import { clientFor, type RunWorld, type UntilOptions } from "./run-world.ts";
import { readSlot, slotsIn } from "./slots.ts";
import { foundBefore, hold, intend, reading, type StepRun, type Written } from "./step-run.ts";
import { isGoing, look, type Task } from "./task.ts";

/** A write of one object. */
export type WriteAction = Extract<Action, { readonly do: "apply" | "patch" | "delete" | "restart" }>;

/** Carries the step out, and tells; null: everything was done and in place before, which is not worth an event. */
export async function runStep(world: RunWorld, phase: PhaseId, step: Step): Promise<StepResult | null> {
  const record = world.state.steps.get(step.id) ?? null;
  const deadlineMs = world.clock.monotonicMs() + step.timeoutMs;
  const result = await actAndWait({ world, phase, step, record, deadlineMs });
  if (result !== null) await world.emit({ type: "step-ended", phase, step: step.id, result });
  return result;
}

async function actAndWait(run: StepRun): Promise<StepResult | null> {
  const { step, record } = run;
  const { action } = step;
  const wasDone = record?.done === true;
  switch (action.do) {
    case "wait":
      return wasDone ? null : waitForAll(run, step.done);
    case "confirm":
      return wasDone ? null : askFor(run);
    case "restart":
      // A controller may have taken the mark away since: that is no reason to restart again.
      if (wasDone) return null;
      break;
    case "apply":
    case "patch":
    case "delete":
    case "delete-together":
      break;
  }
  const written = action.do === "delete-together" ? await deleteTogether(run, action) : await write(run, action);
  if (written.is !== "in-place") return ended(written);
  if (!written.wrote && (wasDone || written.superseded === true))
    return wasDone ? null : { state: "done", wrote: false };
  return waitFor(run, leftToSee(step), written.wrote);
}

async function write(run: StepRun, action: WriteAction): Promise<Written> {
  const { world, step, phase, deadlineMs } = run;
  const ref = action.do === "restart" ? action.workload : action.ref;
  const client = clientFor(world, ref.cluster);
  const task = await taskOf(run, action);
  if ("is" in task) return task;
  const seen = await reading(run, async () => world.looks.look(ref));
  if (await isSuperseded(run, ref, task, seen)) return { is: "in-place", wrote: false, superseded: true };
  return converge(task, {
    client,
    clock: world.clock,
    signal: world.signal,
    deadlineMs,
    seen,
    hold: async () => hold(run, ref.cluster),
    intend: async (object, again) => intend(run, [{ ref, object }], replaces(run, task, again)),
    begun: foundBefore(run, ref) !== null,
    onRetry: ({ request, reply }, inMs) =>
      void world.emit({ type: "retrying", phase, step: step.id, request, reply, inMs }),
  });
}

/**
 * Whether what is found now replaces what was noted before. Of an earlier run nobody knows whether its write was carried out; a delete
 * was not, where it finds its object.
 */
export function replaces(run: StepRun, { ref, does }: Task, again: boolean): boolean {
  const earlier = foundBefore(run, ref) !== null;
  return does === "delete" ? again || earlier : again && !earlier;
}

/** The task of an action, or why it cannot be made: a slot that has no value. */
async function taskOf(run: StepRun, action: WriteAction): Promise<Task | Converged> {
  const { world, step } = run;
  switch (action.do) {
    case "apply": {
      const body = await wantedBody(run, action);
      if ("is" in body) return body as Converged;
      return applyTask(action.ref, body, isMadeByUs(run, action.ref), world.rules);
    }
    case "patch":
      return patchTask(action.ref, action.ops, step.expect, world.rules);
    case "delete":
      return deleteTask(action.ref, step.expect, world.rules);
    case "restart":
      return restartTask(action.workload, restartMark(world.rules.plan, step.id));
  }
}

/** The writes of a step that a later step has not overtaken, for whoever wants to try them; nothing is waited for. */
export async function tasksOf(run: StepRun): Promise<readonly Task[] | "no-value-yet"> {
  const { world, step } = run;
  const { action } = step;
  if (action.do === "wait" || action.do === "confirm") return [];
  if (action.do === "delete-together") return action.refs.map((ref) => deleteTask(ref, step.expect, world.rules));
  if (action.do === "apply") {
    for (const slot of slotsIn(templateOf(world, action)))
      if ((await valueOf(run, slot)) === null) return "no-value-yet";
  }
  const task = await taskOf(run, action);
  if ("is" in task) return "no-value-yet";
  return (await isSuperseded(run, task.ref, task)) ? [] : [task];
}

/** Whether the journal says that a step of this plan has created it. */
function isMadeByUs({ world }: StepRun, ref: ObjectRef): boolean {
  const key = refKey(ref);
  return (world.chains.get(key) ?? []).some(({ id }) => world.state.steps.get(id)?.found.get(key)?.uid === null);
}

/** The template of an apply with its fields laid over it, slots still open. */
export function templateOf(
  { plan }: Pick<RunWorld, "plan">,
  action: Extract<Action, { readonly do: "apply" }>,
): JsonObject {
  const template: Json = plan.objects[action.object] ?? {};
  return action.set.reduce(
    (body: Json, { pointer, value }) => withValueAt(body, pointer, value),
    template,
  ) as JsonObject;
}

async function wantedBody(
  run: StepRun,
  action: Extract<Action, { readonly do: "apply" }>,
): Promise<JsonObject | Converged> {
  const template = templateOf(run.world, action);
  const values = new Map<string, Json>();
  for (const slot of slotsIn(template)) {
    const value = await slotOf(run, slot);
    if (value.is !== "value") return value;
    values.set(slot, value.value);
  }
  return values.size === 0 ? template : fillSlots(template, values);
}

/** What the slot holds now; null: nothing yet. */
async function valueOf(run: StepRun, id: string): Promise<Json | null> {
  const { world } = run;
  const slot = world.plan.slots.find((each) => each.id === id);
  if (!slot) throw new Error(`the plan has no slot ${id}`);
  return reading(run, async () => readSlot(slot, (cluster) => clientFor(world, cluster)));
}

async function slotOf(run: StepRun, id: string): Promise<{ readonly is: "value"; readonly value: Json } | Converged> {
  const { step } = run;
  const now = await valueOf(run, id);
  if (now !== null) return { is: "value", value: now };
  const waited = await waitFor(run, { kind: "slot", slot: id }, false);
  if (waited.state === "interrupted") return { is: "interrupted", mayHaveWritten: false };
  if (waited.state === "stopped") return { is: "stopped", trouble: waited.trouble, mayHaveWritten: false };
  const then = await valueOf(run, id);
  if (then !== null) return { is: "value", value: then };
  const trouble = waitedInVain.at([], { limit: `${step.timeoutMs / 1_000} s`, seen: `${id} is empty` });
  return { is: "stopped", trouble, mayHaveWritten: false };
}

/**
 * Whether a later step has had its effect on the object, so that this one's would take it back. Where the object is also as it
 * was before this step (it is absent, and a later step deletes it), the journal says which of both it is.
 */
async function isSuperseded(run: StepRun, ref: ObjectRef, task: Task, before?: KubeObject | null): Promise<boolean> {
  const { world, step, record } = run;
  const later = laterOn(world.chains, ref, step.id);
  if (later.length === 0) return false;
  const seen = before === undefined ? await reading(run, async () => look(clientFor(world, ref.cluster), ref)) : before;
  const judged = task.judge(seen);
  if (judged.is === "in-place") return false;
  for (const each of later) {
    if (!(await hasHadEffect(run, ref, each, seen))) continue;
    if (record !== null && world.state.steps.has(each.id)) return true;
    const asBefore = judged.is === "to-do" && (task.does !== "apply" || seen === null);
    if (!asBefore) return true;
  }
  return false;
}

async function hasHadEffect(run: StepRun, ref: ObjectRef, later: Step, seen: KubeObject | null): Promise<boolean> {
  const { action } = later;
  if (action.do === "delete-together") return seen === null;
  if (action.do === "wait" || action.do === "confirm") return false;
  if (action.do === "apply" && seen === null) return false;
  const task = await taskOf({ ...run, step: later }, action);
  return !("is" in task) && refKey(task.ref) === refKey(ref) && task.judge(seen).is === "in-place";
}

/** `before`: the steps whose objects must not be taken away meanwhile. */
export async function waitFor(
  run: StepRun,
  condition: Condition,
  wrote: boolean,
  before: readonly Step[] = [],
): Promise<StepResult> {
  const { world, phase, step, deadlineMs } = run;
  if (condition === always || (condition.kind === "all" && condition.of.length === 0)) return { state: "done", wrote };
  const options: UntilOptions = {
    timeoutMs: Math.max(1_000, Math.ceil(deadlineMs - world.clock.monotonicMs())),
    signal: world.signal,
    onVerdict: (each) => {
      if (each.is !== "done") void world.emit({ type: "waiting", phase, step: step.id, seen: each.seen });
    },
  };
  const verdict = await untilOrGone(world, condition, options, before);
  if (verdict.is === "done") return { state: "done", wrote };
  if (world.signal.aborted) return { state: "interrupted", mayHaveWritten: wrote };
  const trouble = (await heldDeletion(run)) ?? verdict.seen;
  const afterMs = verdict.is === "pending" ? step.timeoutMs : null;
  return { state: "stopped", trouble, mayHaveWritten: wrote, afterMs };
}

/** A wait; where connections have to drain, they are waited for last, and for as long as was asked. */
async function waitForAll(run: StepRun, condition: Condition): Promise<StepResult> {
  const { drainTimeoutMs, clock, signal, plan } = run.world;
  const before = stepsBefore(plan, run.phase, run.step);
  const parts = condition.kind === "all" ? condition.of : [condition];
  const draining = parts.filter(({ kind }) => kind === "drained");
  if (draining.length === 0 || drainTimeoutMs === null) return waitFor(run, condition, false, before);
  const others = all(...parts.filter(({ kind }) => kind !== "drained"));
  const first = await waitFor(run, others, false, before);
  if (first.state !== "done") return first;
  // The wait for these is as long as it was asked for, whatever the plan says.
  const drained = await waitFor({ ...run, deadlineMs: clock.monotonicMs() + drainTimeoutMs }, all(...draining), false);
  if (drained.state === "interrupted" || signal.aborted) return drained;
  // What held before may not hold any more.
  const still = await waitFor({ ...run, deadlineMs: clock.monotonicMs() + run.step.timeoutMs }, others, false, before);
  return still.state === "done" && drained.state === "stopped" ? { ...still, left: drained.trouble } : still;
}

/** Why an object that was deleted, by the step or by taking it back, is still there. */
async function heldDeletion({ world, step }: StepRun): Promise<Finding | null> {
  for (const ref of touched(step.action)) {
    const seen = await look(clientFor(world, ref.cluster), ref).catch(() => null);
    if (seen !== null && isGoing(seen)) return goingTrouble(seen);
  }
  return null;
}

async function askFor({ world, step }: StepRun): Promise<StepResult> {
  if (await world.confirm(step)) return { state: "done", wrote: false };
  if (world.signal.aborted) return { state: "interrupted", mayHaveWritten: false };
  const { action, title } = step;
  const loses = action.do === "confirm" ? action.loses : [];
  return { state: "stopped", trouble: notConfirmed.at(loses, { title }), mayHaveWritten: false, afterMs: null };
}

export function ended(written: Exclude<Converged, { readonly is: "in-place" }>): StepResult {
  if (written.is === "interrupted") return { state: "interrupted", mayHaveWritten: written.mayHaveWritten };
  return { state: "stopped", trouble: written.trouble, mayHaveWritten: written.mayHaveWritten, afterMs: null };
}

/** An API server's refusal outside of a write, as a step's end. */
export function endedBy(error: unknown, step: Step): StepResult {
  if (!(error instanceof ApiFailure)) throw error;
  const { action } = step;
  const ref = "ref" in action ? action.ref : action.do === "restart" ? action.workload : null;
  if (ref === null || error.reason === "aborted") return { state: "interrupted", mayHaveWritten: false };
  return { state: "stopped", trouble: apiTrouble(error, { ref, does: "apply" }), mayHaveWritten: false, afterMs: null };
}
