// Consecutive applies of a phase as one group in plan.json: what they share stands once. Nine of ten steps of a large plan differ
// from the one before in their object alone.
import type { ClusterId, RouteId, StepId } from "../core/ids.ts";
import { equalJson, isJsonObject, type Json } from "../core/json.ts";
import { routeAnnotation } from "../target/names.ts";
import type { Template } from "../target/desired-object.ts";
import { type AfterLine, type Places, shortAfter, startTogether } from "./after-line.ts";
import type { Action, Step } from "./plan.ts";

/** A list of texts by its place in `PlanFile.lists`. */
export type ListIndex = number;

export type Apply = Extract<Action, { readonly do: "apply" }>;

/** A value that an apply lays over its object: in full, or one of the shared lists. */
export type SetLine =
  | { readonly pointer: string; readonly value: Json }
  | { readonly pointer: string; readonly list: ListIndex };

/** Two steps at least: one alone stands in full. */
export interface StepGroup {
  readonly common: {
    readonly cluster: ClusterId;
    readonly rule: string;
    /** What the `after` of each begins with. Absent: nothing. */
    readonly after?: readonly AfterLine[];
    /** Absent: "any". */
    readonly expect?: Step["expect"];
    /** Absent: nothing is laid over the objects. */
    readonly set?: readonly SetLine[];
  };
  readonly steps: readonly GroupedStep[];
}

export interface GroupedStep {
  readonly id: StepId;
  readonly title: string;
  readonly object: Apply["object"];
  /** What comes behind the common ones. Absent: nothing. */
  readonly after?: readonly AfterLine[];
  /** Absent: the one that the object's annotation names, or none; two or more are a shared list. */
  readonly routes?: readonly RouteId[] | ListIndex;
}

export interface ApplyStep extends Step {
  readonly action: Apply;
}

/** The steps in their order: in runs where they can share a group, alone where not. */
export function runsOf(steps: readonly Step[], isPlain: (step: Step) => step is ApplyStep): (Step | ApplyStep[])[] {
  const runs: (Step | ApplyStep[])[] = [];
  let run: ApplyStep[] = [];
  const end = (): void => {
    const [first, ...others] = run;
    if (first) runs.push(others.length > 0 ? run : first);
    run = [];
  };
  for (const step of steps) {
    if (!isPlain(step)) {
      end();
      runs.push(step);
      continue;
    }
    const [first] = run;
    if (first && !isAlike(first, step)) end();
    run.push(step);
  }
  end();
  return runs;
}

function isAlike(one: ApplyStep, other: ApplyStep): boolean {
  return (
    one.action.ref.cluster === other.action.ref.cluster &&
    one.why.rule === other.why.rule &&
    one.expect === other.expect &&
    isSameSet(one.action.set, other.action.set)
  );
}

function isSameSet(one: Apply["set"], other: Apply["set"]): boolean {
  if (one === other) return true;
  return (
    one.length === other.length &&
    one.every(({ pointer, value }, at) => pointer === other[at]?.pointer && equalJson(value, other[at].value))
  );
}

export interface GroupNeeds {
  readonly places: Places;
  readonly templateOf: (object: Apply["object"]) => Template | undefined;
  readonly setLines: (set: Apply["set"]) => readonly SetLine[];
  readonly listed: (list: readonly string[]) => ListIndex;
}

/** The group of a run. */
export function groupLine(run: readonly ApplyStep[], { places, templateOf, setLines, listed }: GroupNeeds): StepGroup {
  const [first] = run;
  if (!first) throw new Error("a group without steps");
  const { action, why, expect } = first;
  const shared = startTogether(run.map(({ after }) => after));
  const set = setLines(action.set);
  return {
    common: {
      cluster: action.ref.cluster,
      rule: why.rule,
      ...(shared === 0 ? {} : { after: shortAfter(first.after.slice(0, shared), places) }),
      ...(expect === "any" ? {} : { expect }),
      ...(set.length === 0 ? {} : { set }),
    },
    steps: run.map(({ id, title, action: { object }, after, routes }): GroupedStep => {
      const line = { id, title, object };
      const isNamed = isRouteOf(templateOf(object), routes);
      if (after.length === shared && isNamed) return line;
      return {
        ...line,
        ...(after.length === shared ? {} : { after: shortAfter(after.slice(shared), places) }),
        ...(isNamed ? {} : { routes: routes.length > 1 ? listed(routes) : routes }),
      };
    }),
  };
}

/** The routes of a step that names none. */
export function namedRoutes(template: Template | undefined): readonly RouteId[] {
  const id = routeNamedBy(template);
  // The annotation is written from a route's id alone (src/target/import-entries.ts).
  return id === null ? [] : [id as RouteId];
}

function isRouteOf(template: Template | undefined, routes: readonly RouteId[]): boolean {
  const named = routeNamedBy(template);
  return named === null ? routes.length === 0 : routes.length === 1 && routes[0] === named;
}

function routeNamedBy(template: Template | undefined): string | null {
  const metadata = template?.["metadata"];
  const annotations = isJsonObject(metadata) ? metadata["annotations"] : null;
  const id = isJsonObject(annotations) ? annotations[routeAnnotation] : null;
  return typeof id === "string" ? id : null;
}
