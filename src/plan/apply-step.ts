// Steps that create or change objects of ours.
import { all, type Condition } from "../conditions/condition.ts";
import type { StepId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { withValueAt } from "../core/pointer.ts";
import { compareExisting } from "./compare-existing.ts";
import type { DesiredObject } from "../target/desired-object.ts";
import { makeStep, restore } from "./make-step.ts";
import type { Action, PhaseId, Step } from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";

/** What an apply lays over its object. */
export type FieldSet = Extract<Action, { readonly do: "apply" }>["set"];

// Shared by all applies that lay nothing over their object.
const nothingSet: FieldSet = [];

export interface ApplyParts {
  readonly phase: PhaseId;
  readonly title: string;
  readonly rule: string;
  readonly after: readonly StepId[];
  readonly done?: Condition;
  readonly set?: FieldSet;
  readonly about?: string;
  /** Whether an earlier step of the plan makes the object, so that it is ours by then. */
  readonly madeEarlier?: boolean;
}

/**
 * The step that makes an object what it must be, or null: it is so already, or it is somebody else's, which the checks
 * report (or, for a namespace, which we only move into).
 */
export function applyStep(context: PlanContext, desired: DesiredObject, parts: ApplyParts): Step | null {
  const set = parts.set ?? nothingSet;
  const existing = compareExisting(
    context.lookup,
    desired.ref,
    () => set.reduce((body: Json, { pointer, value }) => withValueAt(body, pointer, value), desired.template),
    context.target.slots,
    context.slotSource,
  );
  if (existing === "same" || existing === "foreign") return null;
  const { phase, title, rule, after, about } = parts;
  const isThere: Condition = { kind: "present", ref: desired.ref };
  return makeStep({
    phase,
    title,
    rule,
    after,
    about,
    action: { do: "apply", ref: desired.ref, object: context.hashOfObject(desired), set },
    expect: existing === "absent" && parts.madeEarlier !== true ? "absent" : "ours",
    done: parts.done ? all(isThere, parts.done) : isThere,
    undo: restore,
    routes: desired.routes,
  });
}

/** The steps that are there, of those that may be null. */
export function present<T>(...items: readonly (T | null)[]): T[] {
  return items.filter((item): item is T => item !== null);
}
