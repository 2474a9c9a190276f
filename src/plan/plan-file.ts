// The plan as it stands in plan.json, there and back: what follows from the rest of a line is left out, and lists that many lines
// share stand once. A plan for 10,000 hosts has 70,000 steps; spelled out they take two and a half times the room.
import { always, type Condition } from "../conditions/condition.ts";
import type { ClusterId, RouteId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { equalRef, type ObjectRef } from "../core/object-ref.ts";
import type { Route } from "../routes/route.ts";
import type { Template } from "../target/desired-object.ts";
import { minuteMs } from "./make-step.ts";
import type { Action, Phase, Plan, Step, Undo } from "./plan.ts";

/** A list of texts by its place in `PlanFile.lists`. */
export type ListIndex = number;

type Apply = Extract<Action, { readonly do: "apply" }>;

/** A value that an apply lays over its object: in full, or one of the shared lists. */
export type SetLine =
  | { readonly pointer: string; readonly value: Json }
  | { readonly pointer: string; readonly list: ListIndex };

/** `cluster` alone: the object is the one that the template names. */
export type ApplyLine = { readonly do: "apply"; readonly object: Apply["object"] } & (
  | { readonly cluster: ClusterId }
  | { readonly ref: ObjectRef }
) & { readonly set?: readonly SetLine[] };

export interface StepLine {
  readonly id: Step["id"];
  readonly title: string;
  readonly action: ApplyLine | Exclude<Action, { readonly do: "apply" }>;
  /** Absent: none. */
  readonly after?: Step["after"];
  /** Absent: "any". */
  readonly expect?: Step["expect"];
  /** Absent: what the action itself brings about: the object present, or absent; of other actions nothing. */
  readonly done?: Condition;
  /** Absent: five minutes. */
  readonly timeoutMs?: number;
  /** Absent: an applied or deleted object is put back, of other actions nothing is undone. */
  readonly undo?: Undo;
  /** Absent: none; several are a shared list. */
  readonly routes?: readonly [RouteId] | ListIndex;
  readonly rule: string;
  /** Absent: none. */
  readonly params?: Step["why"]["params"];
}

export type RouteLine = Omit<Route, "clientNamespaces"> & { readonly clientNamespaces: ListIndex };

/** The values of plan.json, one after the other: it is never held as a whole. */
export interface PlanLines {
  readonly route: (route: Route) => RouteLine;
  readonly step: (step: Step) => StepLine;
  /** The lists that the lines made until now share. */
  readonly lists: readonly (readonly string[])[];
}

export interface PlanFile extends Omit<Plan, "phases" | "routes"> {
  readonly routes: readonly RouteLine[];
  readonly phases: readonly (Omit<Phase, "steps"> & { readonly steps: readonly StepLine[] })[];
  readonly lists: readonly (readonly string[])[];
}

const usualTimeoutMs = 5 * minuteMs;

/** Makes the lines of a plan's routes and steps; the order in which they are asked for numbers the lists. */
export function planLines(objects: Plan["objects"]): PlanLines {
  const lists: (readonly string[])[] = [];
  const byText = new Map<string, ListIndex>();
  // Steps that were made together hold the very same list: no text has to be made of it again.
  const byList = new Map<readonly string[], ListIndex>();
  const listed = (list: readonly string[]): ListIndex => {
    const known = byList.get(list);
    if (known !== undefined) return known;
    const text = JSON.stringify(list);
    const index = byText.get(text) ?? lists.push(list) - 1;
    byText.set(text, index);
    byList.set(list, index);
    return index;
  };
  return {
    lists,
    route: (route) => ({ ...route, clientNamespaces: listed(route.clientNamespaces) }),
    step: ({ id, title, action, after, expect, done, timeoutMs, undo, routes, why }) => ({
      id,
      title,
      action: action.do === "apply" ? applyLine(action, objects[action.object], listed) : action,
      ...(after.length === 0 ? {} : { after }),
      ...(expect === "any" ? {} : { expect }),
      ...(isUsualDone(done, action) ? {} : { done }),
      ...(timeoutMs === usualTimeoutMs ? {} : { timeoutMs }),
      ...(isUsualUndo(undo, action) ? {} : { undo }),
      ...(routes.length === 0 ? {} : { routes: shortRoutes(routes, listed) }),
      rule: why.rule,
      ...(Object.keys(why.params).length === 0 ? {} : { params: why.params }),
    }),
  };
}

function shortRoutes(
  routes: readonly RouteId[],
  listed: (list: readonly string[]) => ListIndex,
): readonly [RouteId] | ListIndex {
  const [only, ...others] = routes;
  return only !== undefined && others.length === 0 ? [only] : listed(routes);
}

function applyLine(
  { object, ref, set }: Apply,
  template: Template | undefined,
  listed: (list: readonly string[]) => ListIndex,
): ApplyLine {
  const named = template === undefined ? null : refOf(ref.cluster, template);
  const lines = set.map(
    ({ pointer, value }): SetLine => (isTexts(value) ? { pointer, list: listed(value) } : { pointer, value }),
  );
  return {
    do: "apply",
    object,
    ...(named !== null && isSameRef(named, ref) ? { cluster: ref.cluster } : { ref }),
    ...(lines.length === 0 ? {} : { set: lines }),
  };
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item: Json) => typeof item === "string");
}

/** The reference that a template makes in a cluster; null where it names nothing. */
function refOf(cluster: ClusterId, { apiVersion, kind, metadata }: Template): ObjectRef | null {
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isJsonObject(metadata ?? null)) return null;
  const { name, namespace = null } = isJsonObject(metadata) ? metadata : {};
  if (typeof name !== "string" || (namespace !== null && typeof namespace !== "string")) return null;
  const slash = apiVersion.indexOf("/");
  return { cluster, group: slash < 0 ? "" : apiVersion.slice(0, slash), kind, namespace, name };
}

/** As equalRef, without building texts. */
function isSameRef(left: ObjectRef, right: ObjectRef): boolean {
  return (
    left.name === right.name &&
    left.namespace === right.namespace &&
    left.kind === right.kind &&
    left.group === right.group &&
    left.cluster === right.cluster
  );
}

function usualDone(action: Action): Condition {
  if (action.do === "apply") return { kind: "present", ref: action.ref };
  return action.do === "delete" ? { kind: "absent", ref: action.ref } : always;
}

function isUsualDone(done: Condition, action: Action): boolean {
  if (action.do === "apply") return done.kind === "present" && equalOrSame(done.ref, action.ref);
  if (action.do === "delete") return done.kind === "absent" && equalOrSame(done.ref, action.ref);
  return done.kind === "all" && done.of.length === 0;
}

function equalOrSame(left: ObjectRef, right: ObjectRef): boolean {
  return left === right || equalRef(left, right);
}

function usualUndo(action: Action): Undo {
  return action.do === "apply" || action.do === "delete"
    ? { how: "restore", also: [] }
    : { how: "none", needed: false };
}

function isUsualUndo(undo: Undo, action: Action): boolean {
  if (action.do === "apply" || action.do === "delete") return undo.how === "restore" && undo.also.length === 0;
  return undo.how === "none" && !undo.needed;
}

/** The plan that a file's value stands for. The value is trusted: it must come from a plan.json of this version. */
export function planFromFile({ lists, ...file }: PlanFile): Plan {
  const list = (index: ListIndex): readonly string[] => {
    const found = lists[index];
    if (!found) throw new Error(`plan.json has no list ${index}`);
    return found;
  };
  return {
    ...file,
    routes: file.routes.map((route) => ({ ...route, clientNamespaces: list(route.clientNamespaces) })),
    phases: file.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => stepOf(step, file, list)) })),
  };
}

function stepOf(
  line: StepLine,
  { objects }: Pick<Plan, "objects">,
  list: (index: ListIndex) => readonly string[],
): Step {
  const action = line.action.do === "apply" ? applyOf(line.action, objects[line.action.object], list) : line.action;
  const { routes = [] } = line;
  return {
    id: line.id,
    title: line.title,
    action,
    after: line.after ?? [],
    expect: line.expect ?? "any",
    done: line.done ?? usualDone(action),
    timeoutMs: line.timeoutMs ?? usualTimeoutMs,
    undo: line.undo ?? usualUndo(action),
    // Lists of routes are written from route ids alone.
    routes: typeof routes === "number" ? (list(routes) as readonly RouteId[]) : routes,
    why: { rule: line.rule, params: line.params ?? {} },
  };
}

function applyOf(
  line: ApplyLine,
  template: Template | undefined,
  list: (index: ListIndex) => readonly string[],
): Apply {
  const ref = "ref" in line ? line.ref : template === undefined ? null : refOf(line.cluster, template);
  if (ref === null) throw new Error(`plan.json has no object ${line.object}`);
  const set = (line.set ?? []).map((each) =>
    "list" in each ? { pointer: each.pointer, value: list(each.list) } : each,
  );
  return { do: "apply", ref, object: line.object, set };
}
