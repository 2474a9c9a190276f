// How a step comes to be: its id from what it does to what, its defaults in one place.
import { type Condition, always } from "../conditions/condition.ts";
import { type StepId, stepId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { kindKey, type ObjectRef } from "../core/object-ref.ts";
import type { Action, PhaseId, Step } from "./plan.ts";

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;

/** Federation sends everything anew every minute (seen on Maistra 2.5): what acts at a resync is waited for this long. */
export const resyncMs = minuteMs;

export interface StepParts {
  readonly phase: PhaseId;
  readonly title: string;
  readonly action: Action;
  /** An id in docs/facts.md. */
  readonly rule: string;
  readonly params?: Readonly<Record<string, Json>>;
  /** Tells apart steps of one phase that do the same to the same object, and names waits. */
  readonly about?: string | undefined;
  readonly after?: readonly StepId[];
  /** Of other control planes: neither before nor after them, but never while they are at it. */
  readonly apart?: readonly StepId[] | undefined;
  readonly expect?: Step["expect"];
  readonly done?: Condition;
  readonly timeoutMs?: number;
  readonly undo?: Step["undo"];
  readonly routes?: Step["routes"];
}

// Shared by all steps: a plan has tens of thousands.
const noSteps: readonly StepId[] = [];
const noRoutes: Step["routes"] = [];
const noParams: Step["why"]["params"] = {};
const nothingToUndo: Step["undo"] = { how: "none", needed: false };
/** Put back what was before, and nothing else. */
export const restore: Step["undo"] = { how: "restore", also: [] };

/** A step; what is not said is: no predecessor, nothing expected, done at once, five minutes, nothing to undo. */
export function makeStep(parts: StepParts): Step {
  const { phase, action, about, rule, params, after = noSteps, apart = noSteps } = parts;
  // Joined, as refKey is.
  const id = [phase, action.do, ...subject(action), ...(about ? [about] : [])].join("/");
  return {
    id: stepId(id),
    title: parts.title,
    action,
    after: apart.length > 0 ? [...after, ...apart] : after,
    ...(apart.length > 0 ? { apart } : {}),
    expect: parts.expect ?? "any",
    done: parts.done ?? always,
    timeoutMs: parts.timeoutMs ?? 5 * minuteMs,
    undo: parts.undo ?? nothingToUndo,
    routes: parts.routes ?? noRoutes,
    why: { rule, params: params ?? noParams },
  };
}

function subject(action: Action): string[] {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return [refPath(action.ref)];
    case "restart":
      return [refPath(action.workload)];
    case "delete-together":
    case "confirm":
    case "wait":
      return [];
  }
}

function refPath(ref: ObjectRef): string {
  const { cluster, namespace, name } = ref;
  const path = [cluster, kindKey(ref), namespace ?? "", name].join("/");
  return path.includes("|") ? path.replaceAll("|", "/") : path;
}
