// The plan as it stands in plan.json, there and back: what follows from the rest of a line is left out, and what many lines share
// stands once. A plan for 10,000 hosts has 80,000 steps; spelled out they take two and a half times the room.
import { always, type Condition } from "../conditions/condition.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { ClusterId, RouteId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { equalRef, type ObjectRef } from "../core/object-ref.ts";
import type { Route } from "../routes/route.ts";
import type { Template } from "../target/desired-object.ts";
import { type AfterLine, longAfter, type Places, placesOf, shortAfter } from "./after-line.ts";
import { minuteMs } from "./make-step.ts";
import type { Action, Phase, Plan, Step, Undo } from "./plan.ts";
import {
  type Apply,
  type ApplyStep,
  groupLine,
  type ListIndex,
  namedRoutes,
  runsOf,
  type SetLine,
  type StepGroup,
} from "./step-group.ts";

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
  readonly after?: readonly AfterLine[];
  /** Absent: none. */
  readonly apart?: Step["apart"];
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

/** Probe groups of one importer have the same routes. */
export type ProbesLine = Omit<ProbeGroup, "routes"> & { readonly routes: ListIndex };

export type RouteLine = Omit<Route, "clientNamespaces"> & { readonly clientNamespaces: ListIndex };

/** The values of plan.json, one after the other: it is never held as a whole. */
export interface PlanLines {
  readonly route: (route: Route) => RouteLine;
  readonly probes: (group: ProbeGroup) => ProbesLine;
  /** The steps of a phase. */
  readonly steps: (steps: readonly Step[]) => Iterable<StepLine | StepGroup>;
  /** The lists that the lines made until now share. */
  readonly lists: readonly (readonly string[])[];
}

export interface PlanFile extends Omit<Plan, "phases" | "routes" | "probes"> {
  readonly probes: readonly ProbesLine[];
  readonly routes: readonly RouteLine[];
  readonly phases: readonly (Omit<Phase, "steps"> & { readonly steps: readonly (StepLine | StepGroup)[] })[];
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
  const templateOf = (object: Apply["object"]): Template | undefined => objects[object];
  const setLines = (set: Apply["set"]): readonly SetLine[] =>
    set.map(({ pointer, value }) => (isTexts(value) ? { pointer, list: listed(value) } : { pointer, value }));
  const lineOf = (
    { id, title, action, after, apart, expect, done, timeoutMs, undo, routes, why }: Step,
    places: Places,
  ) => ({
    id,
    title,
    action: action.do === "apply" ? applyLine(action, templateOf(action.object), setLines(action.set)) : action,
    ...(after.length === 0 ? {} : { after: shortAfter(after, places) }),
    ...(apart === undefined ? {} : { apart }),
    ...(expect === "any" ? {} : { expect }),
    ...(isUsualDone(done, action) ? {} : { done }),
    ...(timeoutMs === usualTimeoutMs ? {} : { timeoutMs }),
    ...(isUsualUndo(undo, action) ? {} : { undo }),
    ...(routes.length === 0 ? {} : { routes: shortRoutes(routes, listed) }),
    rule: why.rule,
    ...(Object.keys(why.params).length === 0 ? {} : { params: why.params }),
  });
  return {
    lists,
    route: (route) => ({ ...route, clientNamespaces: listed(route.clientNamespaces) }),
    probes: (group) => ({ ...group, routes: listed(group.routes) }),
    steps: function* (steps) {
      const places = placesOf(steps.map(({ id }) => id));
      const isPlain = (step: Step): step is ApplyStep => isPlainApply(step, templateOf);
      for (const run of runsOf(steps, isPlain))
        yield "id" in run ? lineOf(run, places) : groupLine(run, { places, templateOf, setLines, listed });
    },
  };
}

/** An apply with nothing unusual: its object, title, predecessors, expectation and routes say all. */
function isPlainApply(step: Step, templateOf: (object: Apply["object"]) => Template | undefined): step is ApplyStep {
  const { action, done, timeoutMs, undo, why } = step;
  if (action.do !== "apply" || timeoutMs !== usualTimeoutMs) return false;
  if (!isUsualDone(done, action) || !isUsualUndo(undo, action) || Object.keys(why.params).length > 0) return false;
  return isNamedBy(templateOf(action.object), action.ref);
}

function shortRoutes(
  routes: readonly RouteId[],
  listed: (list: readonly string[]) => ListIndex,
): readonly [RouteId] | ListIndex {
  const [only, ...others] = routes;
  return only !== undefined && others.length === 0 ? [only] : listed(routes);
}

function applyLine({ object, ref }: Apply, template: Template | undefined, set: readonly SetLine[]): ApplyLine {
  return {
    do: "apply",
    object,
    ...(isNamedBy(template, ref) ? { cluster: ref.cluster } : { ref }),
    ...(set.length === 0 ? {} : { set }),
  };
}

/** Whether the template names the object, so that the cluster alone says which it is. */
function isNamedBy(template: Template | undefined, { group, kind, namespace, name }: ObjectRef): boolean {
  const metadata = template?.["metadata"];
  if (template === undefined || template["kind"] !== kind || !isJsonObject(metadata)) return false;
  if (metadata["name"] !== name || (metadata["namespace"] ?? null) !== namespace) return false;
  // As refOf has it, without making a reference: nearly all steps are asked.
  const { apiVersion } = template;
  if (typeof apiVersion !== "string") return false;
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? group === "" : slash === group.length && apiVersion.startsWith(group);
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

function usualDone(action: Action): Condition {
  if (action.do === "apply") return { kind: "present", ref: action.ref };
  return action.do === "delete" ? { kind: "absent", ref: action.ref } : always;
}

function isUsualDone(done: Condition, action: Action): boolean {
  if (action.do === "apply") return done.kind === "present" && equalRef(done.ref, action.ref);
  if (action.do === "delete") return done.kind === "absent" && equalRef(done.ref, action.ref);
  return done.kind === "all" && done.of.length === 0;
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

interface Read {
  readonly objects: Plan["objects"];
  readonly list: (index: ListIndex) => readonly string[];
}

/** The plan that a file's value stands for. The value is trusted: it must come from a plan.json of this version. */
export function planFromFile({ lists, ...file }: PlanFile): Plan {
  const list = (index: ListIndex): readonly string[] => {
    const found = lists[index];
    if (!found) throw new Error(`plan.json has no list ${index}`);
    return found;
  };
  const read: Read = { objects: file.objects, list };
  return {
    ...file,
    probes: file.probes.map((group) => ({ ...group, routes: routesOf(list(group.routes)) })),
    routes: file.routes.map((route) => ({ ...route, clientNamespaces: list(route.clientNamespaces) })),
    phases: file.phases.map((phase) => ({ ...phase, steps: stepsOf(phase.steps, read) })),
  };
}

function stepsOf(lines: readonly (StepLine | StepGroup)[], read: Read): readonly Step[] {
  const places = placesOf(lines.flatMap((line) => ("id" in line ? [line.id] : line.steps.map(({ id }) => id))));
  return lines.flatMap((line) => ("id" in line ? [stepOf(line, places, read)] : stepsOfGroup(line, places, read)));
}

function stepsOfGroup({ common, steps }: StepGroup, places: Places, read: Read): Step[] {
  const { cluster, rule, expect, set } = common;
  const shared = longAfter(common.after ?? [], places);
  return steps.map(({ id, title, object, after, routes }) => {
    const line: StepLine = { id, title, action: { do: "apply", object, cluster, ...(set ? { set } : {}) }, rule };
    return {
      ...stepOf({ ...line, ...(expect === undefined ? {} : { expect }) }, places, read),
      after: after === undefined ? shared : [...shared, ...longAfter(after, places)],
      routes: routes === undefined ? namedRoutes(read.objects[object]) : routesFrom(routes, read),
    };
  });
}

/** Lists of routes are written from route ids alone. */
function routesOf(list: readonly string[]): readonly RouteId[] {
  return list as readonly RouteId[];
}

function routesFrom(routes: readonly RouteId[] | ListIndex, { list }: Read): readonly RouteId[] {
  return typeof routes === "number" ? routesOf(list(routes)) : routes;
}

function stepOf(line: StepLine, places: Places, read: Read): Step {
  const action = line.action.do === "apply" ? applyOf(line.action, read) : line.action;
  return {
    id: line.id,
    title: line.title,
    action,
    after: longAfter(line.after ?? [], places),
    ...(line.apart === undefined ? {} : { apart: line.apart }),
    expect: line.expect ?? "any",
    done: line.done ?? usualDone(action),
    timeoutMs: line.timeoutMs ?? usualTimeoutMs,
    undo: line.undo ?? usualUndo(action),
    routes: routesFrom(line.routes ?? [], read),
    why: { rule: line.rule, params: line.params ?? {} },
  };
}

function applyOf(line: ApplyLine, { objects, list }: Read): Apply {
  const template = objects[line.object];
  const ref = "ref" in line ? line.ref : template === undefined ? null : refOf(line.cluster, template);
  if (ref === null) throw new Error(`plan.json has no object ${line.object}`);
  const set = (line.set ?? []).map((each) =>
    "list" in each ? { pointer: each.pointer, value: list(each.list) } : each,
  );
  return { do: "apply", ref, object: line.object, set };
}
