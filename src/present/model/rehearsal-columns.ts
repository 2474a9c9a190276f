// What stands across in the matrix: the start, and the ends of phases, or of one phase's steps.
import type { StepId } from "../../core/ids.ts";
import type { Phase, Plan } from "../../plan/plan.ts";
import type { Rehearsal } from "../../rehearsal/rehearsal.ts";

export interface ColumnView {
  /** "start", a phase's id, or a step's. */
  readonly id: string;
  /** "start", the phase's number, or those of phase and step: "5.6". */
  readonly name: string;
  /** The phase's id or the step's title; for the start "". */
  readonly title: string;
}

export interface Columns {
  readonly columns: readonly ColumnView[];
  /** The column that shows how things are after a step; 0: it comes before the first. */
  readonly of: (step: StepId) => number;
}

/** Where a step stands in the plan. */
export interface StepPlace {
  readonly phase: string;
  /** Of the phase in the plan, from 1, as in the plan folder. */
  readonly phaseNumber: number;
  /** Within its phase, from 1. */
  readonly number: number;
  readonly title: string;
  /** Among all steps, from 0. */
  readonly order: number;
}

/** Of every step of the plan. */
export function stepPlaces({ phases }: Plan): ReadonlyMap<StepId, StepPlace> {
  const places = new Map<StepId, StepPlace>();
  for (const [at, { id, steps }] of phases.entries())
    for (const [index, step] of steps.entries())
      places.set(step.id, {
        ...{ phase: id, phaseNumber: at + 1, number: index + 1, title: step.title, order: places.size },
      });
  return places;
}

const start: ColumnView = { id: "start", name: "start", title: "" };

/** The start and every phase that has a step. */
export function phaseColumns({ phases }: Plan): Columns {
  const columns = [start];
  const of = new Map<StepId, number>();
  for (const [at, { id, steps }] of phases.entries()) {
    if (steps.length === 0) continue;
    for (const step of steps) of.set(step.id, columns.length);
    columns.push({ id, name: String(at + 1), title: id });
  }
  return { columns, of: (step) => of.get(step) ?? 0 };
}

/** What a phase begins with, and each of its steps that changes an outcome. */
export function stepColumns(plan: Plan, rehearsal: Rehearsal, phase: Phase["id"]): Columns {
  const changing = new Set(rehearsal.changes.map(({ step }) => step));
  const of = new Map<StepId, number>();
  const columns: ColumnView[] = [];
  for (const [at, { id, steps }] of plan.phases.entries()) {
    if (columns.length === 0 && id !== phase) continue;
    if (columns.length === 0)
      columns.push(at === 0 ? start : { ...start, id: `before-${id}`, name: "before", title: "" });
    for (const [index, step] of steps.entries()) {
      if (id === phase && changing.has(step.id))
        columns.push({ id: step.id, name: `${at + 1}.${index + 1}`, title: step.title });
      // Steps of later phases stand behind the last column, which no cell is made for.
      of.set(step.id, id === phase ? columns.length - 1 : Number.POSITIVE_INFINITY);
    }
  }
  return { columns, of: (step) => of.get(step) ?? 0 };
}
