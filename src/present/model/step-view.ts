// One step of a plan as a reader sees it: what it does to which objects, old → new, until when, and its undo.
import { equalRef, type ObjectRef, refText, sortedRefs } from "../../core/object-ref.ts";
import { equalJson, type Json } from "../../core/json.ts";
import { pointerParts, valueAt } from "../../core/pointer.ts";
import type { Action, Plan, Step } from "../../plan/plan.ts";
import { type ConditionNames, type ConditionPart, conditionParts, conditionText, partTexts } from "./condition-text.ts";
import { countText, durationText } from "./count-text.ts";
import { type FieldChange, fieldChanges, fieldText } from "./field-change.ts";

/** "change": an object of ours gets other fields; "patch": an object of theirs. */
export type StepKind = "create" | "change" | "patch" | "delete" | "restart" | "wait" | "confirm";

export interface StepView {
  readonly id: string;
  /** From 1, within the phase. */
  readonly number: number;
  readonly kind: StepKind;
  readonly title: string;
  /** null: the step is about no cluster, or about several. */
  readonly cluster: string | null;
  /** What is written, restarted or waited for; of a confirmation: what may be lost. */
  readonly objects: readonly ObjectRef[];
  readonly changes: readonly FieldChange[];
  /** What must hold before the next step, beside what the step itself does. */
  readonly until: readonly string[];
  readonly timeoutMs: number;
  readonly undo: string;
  readonly why: Step["why"];
  /** How many routes need it. */
  readonly routes: number;
}

/** What `undo` says of a step that changes nothing. */
export const nothingToUndo = "nothing to undo";

export type ApplyAction = Extract<Action, { readonly do: "apply" }>;

/** What a step's view needs to know beside the step. */
export interface StepContext {
  readonly plan: Plan;
  readonly names: ConditionNames;
  /** The body of an object as it was read. */
  readonly bodyOf: (ref: ObjectRef) => Json | undefined;
  /** By step: the apply of the same object that came before it. */
  readonly earlier: ReadonlyMap<string, ApplyAction>;
  /** refKey, made once for each object. */
  readonly keyOf: (ref: ObjectRef) => string;
  /** By what was laid over an object before and what is now: steps that were made together share both. */
  readonly changes: Map<ApplyAction["set"], Map<ApplyAction["set"], readonly FieldChange[]>>;
}

/** The view of the step at a place of its phase. */
export function stepView(step: Step, number: number, context: StepContext): StepView {
  const objects = objectsOf(step);
  const cluster = clusterOf(step, objects, context.names);
  const kind = kindOf(step, context);
  // Nearly all: without accessors, which the engine makes slowly.
  if (isPlainApply(step)) {
    return {
      id: step.id,
      number,
      kind,
      title: step.title,
      cluster,
      objects,
      changes: kind === "create" ? none : changesOf(step, context),
      until: none,
      timeoutMs: step.timeoutMs,
      undo: restoreTexts[kind],
      why: step.why,
      routes: step.routes.length,
    };
  }
  return {
    id: step.id,
    number,
    kind,
    title: step.title,
    cluster,
    objects,
    // Made when they are looked at: of a long phase few steps are.
    get changes() {
      return changesOf(step, context);
    },
    get until() {
      return partTexts(unimpliedParts(step), context.names, cluster);
    },
    timeoutMs: step.timeoutMs,
    get undo() {
      return undoText(step, context);
    },
    why: step.why,
    routes: step.routes.length,
  };
}

const none: readonly never[] = [];

/** It waits for nothing but the object, and its undo is to put back what was there: most steps of a large plan. */
function isPlainApply({ action, done, undo }: Step): boolean {
  return action.do === "apply" && done.kind === "present" && done.ref === action.ref && isPlainRestore(undo);
}

function isPlainRestore(undo: Step["undo"]): boolean {
  return undo.how === "restore" && undo.also.length === 0;
}

/** What must hold after a step, beside what goes without saying. */
export function unimpliedParts({ done, action }: Step): ConditionPart[] {
  if (action.do === "apply" && done.kind === "present" && done.ref === action.ref) return [];
  return conditionParts(done).filter((part) => !isImplied(part, action));
}

/** For each apply, the apply of the same object that came before it in the plan. */
export function earlierApplies(plan: Plan, keyOf: StepContext["keyOf"]): ReadonlyMap<string, ApplyAction> {
  const last = new Map<string, ApplyAction>();
  const earlier = new Map<string, ApplyAction>();
  for (const { steps } of plan.phases) {
    for (const { id, action } of steps) {
      if (action.do !== "apply") continue;
      const key = keyOf(action.ref);
      const before = last.get(key);
      if (before) earlier.set(id, before);
      last.set(key, action);
    }
  }
  return earlier;
}

function kindOf({ id, action, expect }: Step, { earlier }: StepContext): StepKind {
  switch (action.do) {
    case "apply":
      return expect === "absent" && !earlier.has(id) ? "create" : "change";
    case "delete-together":
      return "delete";
    default:
      return action.do;
  }
}

/** The objects that a step is about. */
function objectsOf({ action, done }: Step): ObjectRef[] {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return [action.ref];
    case "delete-together":
      return [...action.refs];
    case "restart":
      return [action.workload];
    case "confirm":
      return [...action.loses];
    case "wait":
      return sortedRefs(conditionParts(done).flatMap(conditionRefs));
  }
}

/** The one cluster of the objects; where there are none, of the clients that are probed. */
function clusterOf({ done }: Step, objects: readonly ObjectRef[], { probes }: ConditionNames): string | null {
  const [only, ...others] = objects;
  if (only && others.length === 0) return only.cluster;
  const probed = () =>
    conditionParts(done).flatMap((part) => ("probes" in part ? (probes.get(part.probes)?.clients ?? []) : []));
  const clusters = new Set((objects.length > 0 ? objects : probed()).map(({ cluster }) => cluster));
  const [cluster = null] = clusters;
  return clusters.size === 1 ? cluster : null;
}

function conditionRefs(part: ConditionPart): readonly ObjectRef[] {
  if ("ref" in part) return [part.ref];
  if ("workload" in part) return [part.workload];
  if ("workloads" in part) return part.workloads;
  return "gateway" in part ? [part.gateway] : [];
}

/** That an applied object exists, and a deleted one does not, goes without saying. */
function isImplied(part: ConditionPart, action: Action): boolean {
  if (part.kind !== "present" && part.kind !== "absent") return false;
  const same = (ref: ObjectRef) => equalRef(ref, part.ref);
  if (action.do === "apply") return part.kind === "present" && same(action.ref);
  if (action.do === "delete") return part.kind === "absent" && same(action.ref);
  return action.do === "delete-together" && part.kind === "absent" && action.refs.some(same);
}

function changesOf({ action, id }: Step, context: StepContext): readonly FieldChange[] {
  if (action.do === "patch") return fieldChanges(action.ops, context.bodyOf(action.ref), action.ref.kind);
  const before = context.earlier.get(id);
  return action.do !== "apply" || !before ? none : changesBetween(before, action, context);
}

function changesBetween(
  before: ApplyAction,
  action: ApplyAction,
  { changes, plan }: StepContext,
): readonly FieldChange[] {
  // What the templates have counts only where a field was not laid over before.
  const isShared = action.set.every(({ pointer }) => before.set.some((each) => each.pointer === pointer));
  const known = isShared ? changes.get(before.set)?.get(action.set) : undefined;
  if (known) return known;
  const made = action.set.flatMap(({ pointer, value }): FieldChange[] => {
    const old =
      before.set.find((each) => each.pointer === pointer)?.value ?? valueAt(plan.objects[before.object], pointer);
    if (old !== undefined && equalJson(old, value)) return [];
    return [
      { field: fieldText(pointerParts(pointer)), before: old === undefined ? null : { value: old }, after: { value } },
    ];
  });
  if (isShared) changes.set(before.set, (changes.get(before.set) ?? new Map()).set(action.set, made));
  return made;
}

/** How a step is undone, in one line. */
function undoText(step: Step, context: StepContext): string {
  const { undo } = step;
  if (undo.how === "none") return undo.needed ? `cannot be undone: ${undo.reason}` : nothingToUndo;
  if (undo.how === "wait") return `wait until: ${conditionText(undo.done, context.names)}`;
  if (undo.how === "actions") return undo.actions.map(actionText).join("; ");
  const first = restoreTexts[kindOf(step, context)];
  const texts = [...(first === nothingToUndo && undo.also.length > 0 ? [] : [first]), ...undo.also.map(actionText)];
  return texts.join("; then ");
}

const restoreTexts = {
  create: "delete what was created",
  change: "apply what was there before",
  patch: "patch the old values back",
  delete: "create it again as it was",
  restart: nothingToUndo,
  wait: nothingToUndo,
  confirm: nothingToUndo,
} as const satisfies Readonly<Record<StepKind, string>>;

function actionText(action: Action): string {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return `${action.do} ${refText(action.ref)}`;
    case "delete-together":
      return `delete ${countText(action.refs.length, "object")} within ${durationText(action.withinMs)}: ${action.refs.map((ref) => refText(ref)).join(", ")}`;
    case "restart":
      return `restart ${refText(action.workload)}`;
    case "wait":
      return "wait";
    case "confirm":
      return `confirm the loss of ${countText(action.loses.length, "object")}`;
  }
}
