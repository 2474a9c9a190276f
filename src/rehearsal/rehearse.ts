// The rehearsal: a plan's steps, carried out one after the other in the model, with everything looked at that may happen in between.
import { judge } from "../conditions/judge.ts";
import { indexPlan, type PlanIndex } from "../conditions/planned.ts";
import type { Condition } from "../conditions/condition.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { FederationOptions } from "../federation/federate.ts";
import { findingMessage } from "../findings/codes/finding-message.ts";
import { neverDone, stepFails } from "../findings/codes/rehearsal.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { advance, undone } from "./advance.ts";
import { importedPairs, type PairOfClass } from "./classes.ts";
import { factsOf } from "./facts-of.ts";
import { lossesOf, startFindings } from "./losses.ts";
import { evaluate, outcomeTable, type OutcomeTable, staleProxies } from "./outcomes.ts";
import { passTime } from "./pass-time.ts";
import { withProxiesAtStart } from "./proxies.ts";
import type { Moment, OutcomeChange, Rehearsal } from "./rehearsal.ts";
import { restarted } from "./restart.ts";
import { lookAt } from "./ways.ts";
import { startWorld, type World } from "./world.ts";

export interface RehearseOptions {
  /** The plan's hash. */
  readonly hash: string;
}

/** A run through a plan, as far as it has come. */
interface Course {
  readonly plan: Plan;
  readonly index: PlanIndex;
  readonly pairs: readonly PairOfClass[];
  readonly table: OutcomeTable;
  readonly start: readonly number[];
  readonly changes: OutcomeChange[];
  readonly refused: Finding[];
  states: number;
}

/** What every pair of client and host meets at every step of the plan, and whether anything is lost. */
export function rehearse(
  plan: Plan,
  inputs: readonly ClusterInput[],
  federation: FederationOptions,
  { hash }: RehearseOptions,
): Rehearsal {
  let world = withProxiesAtStart(startWorld(inputs, federation));
  const pairs = importedPairs(world);
  const table = outcomeTable();
  const start = evaluate(world, pairs, table);
  const course: Course = { plan, index: indexPlan(plan), pairs, table, start, changes: [], refused: [], states: 1 };
  let outcomes = start;
  let steps = 0;
  course.refused.push(...startFindings(pairs, start, table));
  for (const phase of plan.phases) {
    const gated = awaited(course, world, phase.gate, `The gate of ${phase.id}`);
    world = gated;
    for (const step of phase.steps) {
      const next = carriedOut(course, world, step, outcomes);
      if (next === null) return result(course, hash, steps);
      ({ world, outcomes } = next);
      steps += 1;
    }
  }
  return result(course, hash, steps);
}

interface State {
  readonly world: World;
  readonly outcomes: readonly number[];
}

/** The world after the step, with every other state looked at that it may lead to; null: it cannot be carried out. */
function carriedOut(course: Course, before: World, step: Step, outcomes: readonly number[]): State | null {
  const result = advance(before, step.action, course.plan);
  if ("fails" in result) {
    course.refused.push(stepFails.at([], { step: step.title, reason: result.fails }));
    return null;
  }
  const after = result.world;
  const now = looked(course, after, step, { when: "after", against: outcomes });
  const world = awaited(course, after, step.done, step.title);
  const settled = world === after ? now : looked(course, world, step, { when: "after", against: now });
  besides(course, { before, world, step, outcomes: settled });
  return { world, outcomes: settled };
}

interface Beside {
  readonly before: World;
  readonly world: World;
  readonly step: Step;
  readonly outcomes: readonly number[];
}

/** What else may happen right after the step: time, its undo, and the restart of whatever remembers what is no longer so. */
function besides(course: Course, { before, world, step, outcomes }: Beside): void {
  looked(course, passTime(world), step, { when: "later", against: outcomes });
  const back = undone(before, world, step, course.plan);
  if ("fails" in back) course.refused.push(stepFails.at([], { step: `The undo of "${step.title}"`, reason: back.fails }));
  else if (back.world !== world) looked(course, back.world, step, { when: "undone", against: outcomes });
  for (const workload of startable(world))
    looked(course, restarted(world, workload), step, { when: "restarted", against: outcomes, restarted: workload });
}

/** Each istiod, and every workload whose proxies would start with another memory. */
function startable(world: World): readonly ObjectRef[] {
  return [...world.derived().inventory.meshes.map(({ istiod }) => istiod), ...staleProxies(world)];
}

interface Against {
  readonly when: Moment;
  readonly against: readonly number[];
  readonly restarted?: ObjectRef;
}

/** Evaluates all pairs, notes what has changed, and what is lost. */
function looked(course: Course, world: World, step: Step, { when, against, restarted: workload }: Against): readonly number[] {
  const { pairs, table, start } = course;
  const outcomes = evaluate(world, pairs, table);
  course.states += 1;
  for (const [pair, outcome] of outcomes.entries())
    if (outcome !== against[pair])
      course.changes.push({ step: step.id, when, restarted: workload ?? null, pair, outcome });
  course.refused.push(
    ...lossesOf({ pairs, table, start, against, outcomes, step: step.title, when, restarted: workload ?? null }),
  );
  return outcomes;
}

/** The world in which the condition holds: as it is, or some time later; else it is waited for in vain. */
function awaited(course: Course, world: World, condition: Condition, title: string): World {
  const verdict = judge(condition, factsOf(lookAt(world)), course.index);
  if (verdict.is === "done") return world;
  const later = passTime(world);
  const again = judge(condition, factsOf(lookAt(later)), course.index);
  if (again.is !== "done") course.refused.push(neverDone.at([], { step: title, waits: findingMessage(again.seen) }));
  return later;
}

function result({ pairs, table, start, changes, refused, states }: Course, plan: string, steps: number): Rehearsal {
  return {
    apiVersion: "meshferry/rehearsal.v1",
    plan,
    pairs: pairs.map(({ pair }) => pair),
    outcomes: table.list,
    start,
    changes,
    refused,
    counts: { steps, states, evaluated: states * pairs.length },
  };
}
