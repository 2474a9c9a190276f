// One step of a plan as a reader sees it: what it does to which objects, old → new, until when, and its undo.
import type { Condition } from "../../conditions/condition.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import { refKey, refText, sortedRefs } from "../../core/object-ref.ts";
import type { Json } from "../../core/json.ts";
import { pointerParts, valueAt } from "../../core/pointer.ts";
import type { Action, Plan, Step } from "../../plan/plan.ts";
import { type ConditionNames, conditionParts, conditionText, countText, durationText } from "./condition-text.ts";
import { type FieldChange, fieldChanges, fieldText } from "./field-change.ts";

/** "change": an object of ours gets other fields; "patch": an object of theirs. */
export type StepKind = "create" | "change" | "patch" | "delete" | "restart" | "wait" | "confirm";

export interface StepView {
  readonly id: string;
  /** From 1, within the phase: the number in the plan folder's file names. */
  readonly number: number;
  readonly kind: StepKind;
  readonly title: string;
  /** null: the step is about no cluster, or about several. */
  readonly cluster: string | null;
  readonly objects: readonly ObjectRef[];
  readonly changes: readonly FieldChange[];
  /** "" where the step is done as soon as it has been carried out. */
  readonly until: string;
  readonly timeoutMs: number;
  readonly undo: string;
  readonly why: Step["why"];
  /** How many routes need it. */
  readonly routes: number;
}

/** What a step's view needs to know beside the step. */
export interface StepContext {
  readonly plan: Plan;
  readonly names: ConditionNames;
  /** The body of an object as it was read. */
  readonly bodyOf: (ref: ObjectRef) => Json | undefined;
  /** The step that applied the same object before this one. */
  readonly earlier: ReadonlyMap<string, ApplyAction>;
}

export type ApplyAction = Extract<Action, { readonly do: "apply" }>;

/** The view of the step at a place of its phase. */
export function stepView(step: Step, number: number, context: StepContext): StepView {
  const objects = objectsOf(step);
  const clusters = new Set(objects.map(({ cluster }) => cluster));
  const [cluster = null] = clusters;
  return {
    id: step.id,
    number,
    kind: kindOf(step),
    title: step.title,
    cluster: clusters.size === 1 ? cluster : null,
    objects,
    changes: changesOf(step, context),
    until: conditionText(step.done, context.names),
    timeoutMs: step.timeoutMs,
    undo: undoText(step),
    why: step.why,
    routes: step.routes.length,
  };
}

/** For each apply, the apply of the same object that came before it in the plan. */
export function earlierApplies(plan: Plan): ReadonlyMap<string, ApplyAction> {
  const last = new Map<string, ApplyAction>();
  const earlier = new Map<string, ApplyAction>();
  for (const { id, action } of plan.phases.flatMap(({ steps }) => steps)) {
    if (action.do !== "apply") continue;
    const before = last.get(refKey(action.ref));
    if (before) earlier.set(id, before);
    last.set(refKey(action.ref), action);
  }
  return earlier;
}

function kindOf({ action, expect }: Step): StepKind {
  switch (action.do) {
    case "apply":
      return expect === "absent" ? "create" : "change";
    case "delete-together":
      return "delete";
    default:
      return action.do;
  }
}

/** The objects that an action is about. */
export function objectsOf({ action, done }: Pick<Step, "action" | "done">): ObjectRef[] {
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

function conditionRefs(part: Condition): readonly ObjectRef[] {
  if ("ref" in part) return [part.ref];
  if ("workload" in part) return [part.workload];
  if ("workloads" in part) return part.workloads;
  return "gateway" in part ? [part.gateway] : [];
}

function changesOf(step: Step, { bodyOf, earlier, plan }: StepContext): FieldChange[] {
  const { action, id } = step;
  if (action.do === "patch") return fieldChanges(action.ops, bodyOf(action.ref), action.ref.kind);
  const before = earlier.get(id);
  if (action.do !== "apply" || !before) return [];
  return action.set.flatMap(({ pointer, value }) => {
    const old = before.set.find((each) => each.pointer === pointer)?.value ?? valueAt(plan.objects[before.object], pointer);
    if (old !== undefined && JSON.stringify(old) === JSON.stringify(value)) return [];
    return [{ field: fieldText(pointerParts(pointer)), before: old === undefined ? null : { value: old }, after: { value } }];
  });
}

/** How a step is undone, in one line. */
export function undoText(step: Step): string {
  const { undo } = step;
  if (undo.how === "none") return undo.needed ? `cannot be undone: ${undo.reason}` : "nothing to undo";
  if (undo.how === "actions") return undo.actions.map(actionText).join("; ");
  switch (step.action.do) {
    case "apply":
      return step.expect === "absent" ? `delete ${refText(step.action.ref)}` : "apply the manifest of the step before";
    case "patch":
      return "patch the old values back";
    case "delete":
    case "delete-together":
      return "create it again as it was";
    default:
      return "nothing to undo";
  }
}

/** An action in words. */
export function actionText(action: Action): string {
  switch (action.do) {
    case "apply":
      return `apply ${refText(action.ref)}`;
    case "patch":
      return `patch ${refText(action.ref)}`;
    case "delete":
      return `delete ${refText(action.ref)}`;
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
