// What `rehearse` shows, as data: how requests fare at the start and at the end of each phase, and what changes at which step.
import type { Finding } from "../../core/finding.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Rehearsal } from "../../rehearsal/rehearsal.ts";
import { countSeverities, type FindingView, findingViews, type SeverityCounts } from "./finding-view.ts";
import { notModelled } from "./not-modelled.ts";
import { type LegendEntry, legendOf } from "./reach-cell.ts";
import { type Course, coursesOf, outcomeAt } from "./reach-course.ts";
import { type ChangeView, changesOf } from "./rehearsal-changes.ts";
import { type Columns, type ColumnView, phaseColumns, stepPlaces } from "./rehearsal-columns.ts";
import { type ClientsView, matrixOf, type RowView } from "./rehearsal-rows.ts";

export interface StateCounts {
  readonly ok: number;
  readonly degraded: number;
  readonly broken: number;
}

export interface RehearsalView {
  readonly apiVersion: "meshferry/rehearsal-summary.v1";
  /** "sha256:…" of the plan. */
  readonly plan: string;
  /** Whether nothing is lost at any point. Says nothing of findings of the plan that block. */
  readonly proven: boolean;
  readonly counts: {
    readonly steps: number;
    /** States of the meshes that were looked at. */
    readonly states: number;
    /** Pairs that were worked out in them. */
    readonly evaluated: number;
    /** Classes of clients, each with each host and port that it reaches. */
    readonly pairs: number;
    /** Hosts by mesh and port. */
    readonly hosts: number;
    readonly start: StateCounts;
    readonly end: StateCounts;
    /** Pairs that at some point fare worse than at the start. */
    readonly worse: number;
  };
  readonly columns: readonly ColumnView[];
  /** Each different list of clients once. */
  readonly clients: readonly (readonly ClientsView[])[];
  /** Each different sequence of cells once: a cell for each column. */
  readonly courses: readonly Course[];
  readonly rows: readonly RowView[];
  readonly changes: readonly ChangeView[];
  readonly legend: readonly LegendEntry[];
  readonly findingCounts: SeverityCounts;
  /** Why the plan is refused, and what of the plan blocks. */
  readonly findings: readonly FindingView[];
  readonly notModelled: readonly string[];
}

export interface RehearsalViewOptions {
  /** What stands across; the phases, where it is not said. */
  readonly columns?: Columns;
  /** Findings beside the rehearsal's own that stand in the way of carrying the plan out. */
  readonly blocking?: readonly Finding[];
}

/** The view of a rehearsal of a plan. */
export function rehearsalView(rehearsal: Rehearsal, plan: Plan, options: RehearsalViewOptions = {}): RehearsalView {
  const { columns, of } = options.columns ?? phaseColumns(plan);
  const shown = reachedPairs(rehearsal);
  const matrix = matrixOf(rehearsal.pairs, coursesOf(rehearsal, of, columns.length), shown);
  const { changes, worse, end } = changesOf(rehearsal, stepPlaces(plan), matrix.rowOfPair);
  const findings = [...rehearsal.refused, ...(options.blocking ?? [])];
  const cells = matrix.courses.flat();
  return {
    apiVersion: "meshferry/rehearsal-summary.v1",
    plan: rehearsal.plan,
    proven: !rehearsal.refused.some(({ severity }) => severity === "block"),
    counts: {
      ...rehearsal.counts,
      pairs: shown.length,
      hosts: new Set(matrix.rows.map(({ mesh, host, port }) => `${mesh}|${host}|${port}`)).size,
      start: stateCounts(rehearsal, rehearsal.start, shown),
      end: stateCounts(rehearsal, end, shown),
      worse,
    },
    columns,
    clients: matrix.clients,
    courses: matrix.courses,
    rows: matrix.rows,
    changes,
    legend: legendOf(
      cells,
      cells.some((cell) => cell.worse.length > 0),
    ),
    findingCounts: countSeverities(findings),
    findings: findingViews(findings),
    notModelled,
  };
}

/** Indices of the pairs that are any client's at some time: a host that a Sidecar hides, from first to last, is not. */
function reachedPairs({ start, outcomes, changes }: Rehearsal): number[] {
  const changing = new Set(changes.map(({ pair }) => pair));
  return [...start.keys()].filter((pair) => changing.has(pair) || outcomeAt(outcomes, start[pair] ?? 0).of > 0);
}

function stateCounts({ outcomes }: Rehearsal, of: readonly number[], shown: readonly number[]): StateCounts {
  const counts = { ok: 0, degraded: 0, broken: 0 };
  for (const pair of shown) counts[outcomeAt(outcomes, of[pair] ?? 0).state] += 1;
  return counts;
}
