// The rehearsal: a plan's steps, carried out one after the other in the model, with everything looked at that may happen in between.
import { judge } from "../conditions/judge.ts";
import type { Verdict } from "../conditions/verdict.ts";
import { indexPlan, type PlanIndex } from "../conditions/planned.ts";
import type { Condition } from "../conditions/condition.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import { fewNames } from "../core/few-names.ts";
import { sortedBy } from "../core/order.ts";
import { type ObjectRef, refText } from "../core/object-ref.ts";
import type { FederationOptions } from "../federation/federate.ts";
import { findingMessage } from "../findings/finding-message.ts";
import { doorOpened, neverDone, requestsCut, stepFails } from "../findings/codes/rehearsal.ts";
import type { Phase, Plan, Step } from "../plan/plan.ts";
import { advance, undone } from "./advance.ts";
import { fewerAnswering } from "./answered-from.ts";
import { type Affected, affectedBy, type Dependents, dependentsOf } from "./affected.ts";
import { importedPairs, type PairOfClass } from "./classes.ts";
import { deferredBy } from "./deferred.ts";
import { allDoors, doorKey, doorsOfFederation, doorsWithin } from "./doors.ts";
import { factsOf } from "./facts-of.ts";
import { type KnownArrival, knownArrivals } from "./known-arrivals.ts";
import { finest as finestLikeness, likeness } from "./likeness.ts";
import { leftBehind, widelyShown } from "./later-clients.ts";
import { lossesOf, startFindings } from "./losses.ts";
import { haveSeen, moves, nothingSeen, type NotYetSeen, owedAtEnd, peersGone } from "./not-yet-seen.ts";
import { type AnsweredFrom, evaluate, outcomeTable, type OutcomeTable, staleProxies } from "./outcomes.ts";
import { glimpse, oneOfEach } from "./one-of-each.ts";
import { passTime } from "./pass-time.ts";
import { withProxiesAtStart } from "./proxies.ts";
import type { Moment, OutcomeChange, Rehearsal } from "./rehearsal.ts";
import { istiodsToLearn, restarted } from "./restart.ts";
import { cutHosts, leavesFederation, underwayKey } from "./underway.ts";
import { type Look, lookAt } from "./ways.ts";
import { hostsMovedByTime, isBackAt, leadsBack } from "./same-outcomes.ts";
import { unwatched } from "./watched.ts";
import { startWorld, type World } from "./world.ts";

export interface RehearseOptions {
  /** The plan's hash. */
  readonly hash: string;
  /** Looks at every pair in every state, also where nothing that concerns it has changed: slow, and to the same result. */
  readonly full?: boolean;
  /** Tells all clients of other namespaces and accounts apart, also where nothing does: slow, and to the same result. */
  readonly finest?: boolean;
}

/** A run through a plan, as far as it has come. */
interface Course {
  readonly plan: Plan;
  readonly index: PlanIndex;
  readonly pairs: readonly PairOfClass[];
  readonly table: OutcomeTable;
  readonly dependents: Dependents;
  readonly full: boolean;
  readonly start: readonly number[];
  readonly arrival: KnownArrival;
  /** The outcome of each pair in the world that the run has come to. */
  readonly now: number[];
  /** Doors that are open at the start, or were said to have been opened. */
  readonly doors: Set<string>;
  /** Losses that were told: one that a restart would bring at every step from now on is told at the first. */
  readonly told: Set<string>;
  readonly unseen: NotYetSeen;
  /** In the world that the run has come to. */
  readonly answeredFrom: AnsweredFrom;
  readonly changes: OutcomeChange[];
  readonly refused: Finding[];
  states: number;
  evaluated: number;
}

/** What every pair of client and host meets at every step of the plan, and whether anything is lost. */
export function rehearse(
  plan: Plan,
  inputs: readonly ClusterInput[],
  federation: FederationOptions,
  options: RehearseOptions,
): Rehearsal {
  const { hash } = options;
  let world = withProxiesAtStart(startWorld(inputs, federation));
  const course = courseFrom(world, plan, options);
  let steps = 0;
  course.refused.push(...startFindings(course.pairs, course.start, course.table));
  for (const phase of plan.phases) {
    world = throughGate(course, world, phase);
    for (const step of phase.steps) {
      const next = carriedOut(course, world, step);
      if (next === null) return result(course, hash, steps);
      world = next;
      steps += 1;
    }
    course.refused.push(...owedAtEnd(course.unseen, phase.id));
  }
  return result(course, hash, steps);
}

function courseFrom(world: World, plan: Plan, { full = false, finest = false }: RehearseOptions): Course {
  const pairs = importedPairs(world, finest ? finestLikeness(world) : likeness(world, plan));
  const table = outcomeTable();
  const index = dependentsOf(pairs);
  const planned = indexPlan(plan);
  const look = lookAt(world);
  const answeredFrom: AnsweredFrom = new Map();
  const found = evaluate(look, { pairs, table, dependents: index }, pairs.keys(), answeredFrom);
  const start = pairs.map((_, at) => found.get(at) ?? 0);
  const now = [...start];
  return {
    plan,
    index: planned,
    pairs,
    table,
    dependents: index,
    full,
    start,
    arrival: knownArrivals(pairs, index, now, table.list),
    now,
    doors: new Set([...doorsOfFederation(look), ...allDoors(look).map(doorKey)]),
    told: new Set(),
    unseen: nothingSeen({ plan, index: planned, pairs, dependents: index }, table.list, start),
    answeredFrom,
    changes: [],
    refused: [],
    states: 1,
    evaluated: pairs.length,
  };
}

/** The world in which the phase may begin. What happens meanwhile counts to its first step. */
function throughGate(course: Course, before: World, { id, gate, steps: [first] }: Phase): World {
  const title = `The gate of ${id}`;
  return awaited(course, lookAt(before), gate, title, (look) => {
    if (!first) return;
    const among = concernedBy(course, before, look.world).pairs;
    looked(course, look, { id: first.id, title }, { when: "after", among });
  });
}

/** The world after the step, with every other state looked at that it may lead to; null: it cannot be carried out. */
function carriedOut(course: Course, before: World, step: Step): World | null {
  const result = advance(before, step.action, course.plan);
  if ("fails" in result) {
    course.refused.push(stepFails.at([], { step: step.title, reason: result.fails }));
    return null;
  }
  const concerned = concernedBy(course, before, result.world);
  const was = outcomesOf(course, concerned.pairs);
  const look = lookAt(result.world);
  const left = looked(course, look, step, { when: "after", among: concerned.pairs });
  course.refused.push(...notSeenBefore(course, before, look, step, concerned));
  const after = withUnderway(course, before, result.world, step, left);
  doorsOpened(course, before, look, step, concerned);
  let [among, all]: [Places, Outcomes] = [concerned.pairs, was];
  const world = awaited(course, { ...look, world: after }, step.done, step.title, (seenLater) => {
    const later = concernedBy(course, after, seenLater.world).pairs;
    among = new Set([...concerned.pairs, ...later]);
    all = new Map([...outcomesOf(course, later), ...was]);
    looked(course, seenLater, step, { when: "after", among: later });
  });
  const deferred = deferredBy(before, after, course.dependents);
  besides(course, { before, world, step, among, deferred, was: all });
  return world;
}

/** What the step rests on, and nobody has seen. */
function notSeenBefore({ unseen, plan }: Course, before: World, look: Look, step: Step, { hosts }: Affected) {
  return [
    ...unwatched(look, step),
    ...peersGone(unseen, before, look.world, step),
    ...leftBehind(plan, before, look, step, hosts),
  ];
}

type Places = ReadonlySet<number>;

/** What a change may concern: what becomes of the other pairs was seen when they were last concerned. */
function concernedBy({ full, pairs, dependents: index, now, table }: Course, before: World, after: World): Affected {
  const found = affectedBy(before, after, index, (pair) => table.list[now[pair] ?? -1]?.state === "ok");
  return full ? { ...found, pairs: new Set(pairs.keys()) } : found;
}

interface Beside {
  readonly before: World;
  readonly world: World;
  readonly step: Step;
  readonly among: Places;
  /** The outcome of each of them before the step. */
  readonly was: Outcomes;
  /** What the step concerns only once it is taken up. */
  readonly deferred: Places;
}

type Outcomes = ReadonlyMap<number, number>;

function outcomesOf({ now }: Course, among: Places): Outcomes {
  return new Map([...among].map((pair) => [pair, now[pair] ?? 0]));
}

/** The step's undo: where it leads back to the world before, that was looked at. */
function takenBack(course: Course, { before, world, step, among, was }: Beside): void {
  const isSure = !course.full && leadsBack(before, world, step);
  const back = isSure ? { world: before } : undone(before, world, step, course.plan);
  if ("fails" in back)
    course.refused.push(stepFails.at([], { step: `The undo of "${step.title}"`, reason: back.fails }));
  else if (isSure || (!course.full && isBackAt(before, back.world))) {
    if (among.size > 0) seen(course, was, step, { when: "undone" });
  } else if (back.world !== world) {
    const concerned = new Set([...among, ...concernedBy(course, world, back.world).pairs]);
    if (concerned.size > 0) looked(course, lookAt(back.world), step, { when: "undone", among: concerned });
  }
}

/** What else may happen right after the step: time, its undo, and the restart of whatever remembers what is no longer so. */
function besides(course: Course, beside: Beside): void {
  const { world, step, among, deferred } = beside;
  takenBack(course, beside);
  const inTime = deferred.size === 0 ? among : new Set([...among, ...deferred]);
  if (inTime.size === 0) return;
  const moved = movedByTime(course, world, inTime);
  if (moved.size > 0) looked(course, lookAt(passTime(world)), step, { when: "later", among: moved });
  const { byCluster } = course.dependents;
  for (const { istiod, cluster } of istiodsToLearn(world)) {
    const here = byCluster.get(cluster);
    const own = new Set([...inTime].filter((pair) => here?.has(pair) === true));
    if (own.size > 0)
      looked(course, lookAt(restarted(world, istiod)), step, { when: "restarted", among: own, restarted: istiod });
  }
  const isStale = staleProxies(world);
  if (isStale === null) return;
  const onWay = [...workloadsOf(course, among)].filter(([key]) => isStale(key));
  for (const [, { workload, pairs }] of sortedBy(onWay, ([key]) => key))
    looked(course, lookAt(restarted(world, workload)), step, { when: "restarted", among: pairs, restarted: workload });
}

/** The pairs that may fare differently some time later. */
function movedByTime({ full, pairs }: Course, world: World, among: Places): Places {
  if (full) return among;
  const hostOf = (pair: number): string => pairs[pair]?.pair.host ?? "";
  const hosts = hostsMovedByTime(world, new Set([...among].map(hostOf)));
  return hosts === null ? among : new Set([...among].filter((pair) => hosts.has(hostOf(pair))));
}

interface OnWay {
  readonly workload: ObjectRef;
  readonly pairs: Set<number>;
}

/** The workloads on the ways of these pairs, with the pairs of each. */
function workloadsOf({ dependents: { workloadsOf: of } }: Course, among: Places): ReadonlyMap<string, OnWay> {
  const found = new Map<string, OnWay>();
  for (const pair of among)
    for (const [key, workload] of of[pair] ?? []) {
      const known = found.get(key);
      if (known) known.pairs.add(pair);
      else found.set(key, { workload, pairs: new Set([pair]) });
    }
  return found;
}

interface Seeing {
  readonly when: Moment;
  readonly restarted?: ObjectRef;
}

interface Looking extends Seeing {
  readonly among: Places;
}

/**
 * Evaluates the pairs, and notes what has changed and what is lost. "after" is where the run goes on from. Returns the pairs whose
 * requests have left federation.
 */
function looked(course: Course, look: Look, step: Pick<Step, "id" | "title">, { among, ...seeing }: Looking): Places {
  course.evaluated += among.size;
  if (seeing.when !== "after") return seen(course, evaluate(look, course, among), step, seeing);
  const { pairs, table, answeredFrom, refused } = course;
  const was: AnsweredFrom = new Map([...among].map((pair) => [pair, answeredFrom.get(pair) ?? []]));
  const outcomes = evaluate(look, course, among, answeredFrom);
  refused.push(...fewerAnswering({ pairs, table: table.list, outcomes, step: step.title }, was, answeredFrom));
  return seen(course, outcomes, step, seeing);
}

function seen(
  course: Course,
  outcomes: Outcomes,
  step: Pick<Step, "id" | "title">,
  { when, restarted: workload }: Seeing,
): Places {
  const { pairs, table, start, now } = course;
  course.states += 1;
  const about = { when, restarted: workload ?? null };
  for (const [pair, outcome] of outcomes)
    if (outcome !== now[pair]) course.changes.push({ step: step.id, ...about, pair, outcome });
  const losses = lossesOf({ pairs, table, start, against: now, outcomes, step: step.title, ...about });
  for (const { key, finding } of losses) {
    if (when !== "after" && course.told.has(key)) continue;
    course.told.add(key);
    course.refused.push(finding);
  }
  const left = new Set<number>();
  for (const [pair, outcome] of outcomes)
    if (leavesFederation(table.list[now[pair] ?? -1], table.list[outcome])) left.add(pair);
  if (when === "after") {
    course.refused.push(...moves(course.unseen, step, outcomes, table.list));
    for (const [pair, outcome] of outcomes) now[pair] = outcome;
  }
  return left;
}

/** What has left federation is under way there for a while; where federation goes before it is through, it is cut. */
function withUnderway({ pairs, plan, refused }: Course, before: World, world: World, step: Step, left: Places): World {
  // Only what federation is made of can take a host away from it.
  const cut = before.derived === world.derived ? [] : cutHosts(before, world);
  if (cut.length > 0) {
    const hosts = cut.map((key) => key.slice(key.indexOf("|") + 1));
    refused.push(requestsCut.at([], { step: step.title, hosts: fewNames(hosts) }));
  }
  const added = [
    ...[...left].flatMap((at) => pairs[at] ?? []).map(({ pair }) => underwayKey(pair)),
    ...widelyShown(plan, before, world).map(underwayKey),
  ];
  if (added.length === 0 && cut.length === 0) return world;
  // Not `subtract` and `union`, which go through the whole set.
  const underway = world.underway.withMutations((set) => {
    for (const key of cut) set.delete(key);
    for (const key of added) set.add(key);
  });
  return { ...world, underway };
}

/** Said once for each door. */
function doorsOpened({ doors, refused, full }: Course, before: World, look: Look, step: Step, among: Affected): void {
  for (const door of doorsWithin(full ? null : before, look, among)) {
    const key = doorKey(door);
    if (doors.has(key)) continue;
    doors.add(key);
    const { mesh, workload } = door;
    refused.push(doorOpened.at([workload], { step: step.title, mesh, service: refText(workload) }));
  }
}

/**
 * The world in which the condition holds: as it is, or some time later; else it is waited for in vain. `look` is at the world. Where time
 * has to pass, `seeLater` is told of the world that it leads to before it is judged: who arrives in it is known then.
 */
function awaited(
  course: Course,
  look: Look,
  condition: Condition,
  title: string,
  seeLater: (look: Look) => void,
): World {
  const { world } = look;
  const { index, dependents, full, arrival } = course;
  const judgedIn = (at: Look, plan: PlanIndex): Verdict =>
    judge(condition, factsOf(at, full ? undefined : arrival), oneOfEach(plan, dependents, at.world, condition));
  const first = full ? null : glimpse(index, condition);
  if ((first === null || judgedIn(look, first).is === "done") && judgedIn(look, index).is === "done") {
    haveSeen(course.unseen, condition);
    return world;
  }
  const later = lookAt(passTime(world));
  seeLater(later);
  const again = judgedIn(later, index);
  if (again.is !== "done") course.refused.push(neverDone.at([], { step: title, waits: findingMessage(again.seen) }));
  else haveSeen(course.unseen, condition);
  return later.world;
}

function result(
  { pairs, table, start, changes, refused, states, evaluated }: Course,
  plan: string,
  steps: number,
): Rehearsal {
  return {
    apiVersion: "meshferry/rehearsal.v1",
    plan,
    pairs: pairs.map(({ pair }) => pair),
    outcomes: table.list,
    start,
    changes,
    refused,
    counts: { steps, states, evaluated },
  };
}
