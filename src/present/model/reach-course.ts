// What a pair of client and host meets from the start to the end of a plan, column by column. Pairs that meet the same share one course.
import type { StepId } from "../../core/ids.ts";
import type { Reached } from "../../dataplane/reached.ts";
import type { Moment, OutcomeChange, Rehearsal } from "../../rehearsal/rehearsal.ts";
import { type CellView, cellOf, isWorse } from "./reach-cell.ts";

export interface CourseCell extends CellView {
  /** When, within this column, requests fared worse than before it and than at its end: what the cell alone does not show. */
  readonly worse: readonly Moment[];
}

/** A cell for the start, and one for each further column. */
export type Course = readonly CourseCell[];

const moments = ["after", "later", "undone", "restarted"] as const satisfies readonly Moment[];

/** The course of each pair, by its index. `columnOf` gives the column that a step belongs to; 0: it comes before the first. */
export function coursesOf(rehearsal: Rehearsal, columnOf: (step: StepId) => number, columns: number): Course[] {
  const changes = new Map<number, OutcomeChange[]>();
  for (const change of rehearsal.changes) {
    const ofPair = changes.get(change.pair);
    if (ofPair) ofPair.push(change);
    else changes.set(change.pair, [change]);
  }
  const shared = new Map<string, Course>();
  // Most pairs never change, and begin alike.
  const unchanged = new Map<number, Course>();
  return rehearsal.start.map((start, pair) => {
    const ofPair = changes.get(pair);
    const known = ofPair === undefined ? unchanged.get(start) : undefined;
    if (known !== undefined) return known;
    const course = courseOf(rehearsal.outcomes, start, ofPair ?? [], columnOf, columns);
    const key = courseKey(course);
    const same = shared.get(key) ?? course;
    shared.set(key, same);
    if (ofPair === undefined) unchanged.set(start, same);
    return same;
  });
}

function courseKey(course: Course): string {
  return course.map(({ symbol, path, arrive, worse }) => `${symbol}${path}${arrive ?? ""}${worse.join("")}`).join("|");
}

function courseOf(
  outcomes: readonly Reached[],
  start: number,
  changes: readonly OutcomeChange[],
  columnOf: (step: StepId) => number,
  columns: number,
): Course {
  let now = outcomeAt(outcomes, start);
  const byColumn = new Map<number, OutcomeChange[]>();
  for (const change of changes) {
    const column = columnOf(change.step);
    byColumn.set(column, [...(byColumn.get(column) ?? []), change]);
  }
  // Before the first column that is shown: what the first cell already holds.
  for (const change of byColumn.get(0) ?? []) if (change.when === "after") now = outcomeAt(outcomes, change.outcome);
  const cells: CourseCell[] = [{ ...cellOf(now), worse: [] }];
  for (let column = 1; column < columns; column += 1) {
    const before = now;
    const within = byColumn.get(column) ?? [];
    for (const change of within) if (change.when === "after") now = outcomeAt(outcomes, change.outcome);
    const end = now;
    const worse = moments.filter((when) =>
      within.some((change) => {
        if (change.when !== when) return false;
        const met = outcomeAt(outcomes, change.outcome);
        return isWorse(met, before) && isWorse(met, end);
      }),
    );
    cells.push({ ...cellOf(end), worse });
  }
  return cells;
}

export function outcomeAt(outcomes: readonly Reached[], index: number): Reached {
  const outcome = outcomes[index];
  if (outcome === undefined) throw new Error(`the rehearsal has no outcome ${index}`);
  return outcome;
}
