// What changes at which step: pairs whose outcome changes alike are told together.
import type { StepId } from "../../core/ids.ts";
import { type ObjectRef, refKey } from "../../core/object-ref.ts";
import { sortedBy } from "../../core/order.ts";
import type { Reached, Reason, ReasonCode } from "../../dataplane/reached.ts";
import { reasonText } from "../../dataplane/reason-text.ts";
import type { Moment, OutcomeChange, Rehearsal } from "../../rehearsal/rehearsal.ts";
import { type CellView, cellOf, isWorse } from "./reach-cell.ts";
import { outcomeAt } from "./reach-course.ts";
import type { StepPlace } from "./rehearsal-columns.ts";

export interface ReasonView {
  readonly code: ReasonCode;
  readonly text: string;
  readonly at: ObjectRef | null;
}

/** Pairs whose outcome changes alike at one step. */
export interface ChangeView {
  readonly step: StepId;
  readonly phase: string;
  /** "5.6": phase and step. */
  readonly name: string;
  readonly title: string;
  readonly when: Moment;
  /** What was started anew; null unless `when` is "restarted". */
  readonly restarted: ObjectRef | null;
  readonly from: CellView;
  readonly to: CellView;
  /** Fewer requests arrive than right before, and than at the start. */
  readonly worse: boolean;
  readonly pairs: number;
  /** Indices into `rows`: where these pairs are. */
  readonly rows: readonly number[];
  /** Why requests do not arrive, each text once. */
  readonly reasons: readonly ReasonView[];
}

export interface Changes {
  readonly changes: readonly ChangeView[];
  /** Pairs that at some point fare worse than at the start. */
  readonly worse: number;
  /** The outcome of each pair behind the last step. */
  readonly end: readonly number[];
}

interface Group {
  readonly change: OutcomeChange;
  readonly from: CellView;
  readonly to: CellView;
  readonly worse: boolean;
  readonly key: string;
  readonly pairs: number[];
  readonly outcomes: Set<number>;
}

const moments = ["after", "later", "undone", "restarted"] as const satisfies readonly Moment[];

export function changesOf(
  { changes, outcomes, start }: Rehearsal,
  places: ReadonlyMap<StepId, StepPlace>,
  rowOfPair: readonly number[],
): Changes {
  const now = [...start];
  const worse = new Set<number>();
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const { pair, outcome, step, when, restarted } = change;
    const [before, met] = [outcomeAt(outcomes, now[pair] ?? 0), outcomeAt(outcomes, outcome)];
    const isLoss = isWorse(met, before) && isWorse(met, outcomeAt(outcomes, start[pair] ?? 0));
    if (isWorse(met, outcomeAt(outcomes, start[pair] ?? 0))) worse.add(pair);
    const [from, to] = [cellOf(before), cellOf(met)];
    const order = String(places.get(step)?.order ?? 0).padStart(7, "0");
    const key = [
      order,
      moments.indexOf(when),
      restarted === null ? "" : refKey(restarted),
      ...[from, to].map(({ symbol, path, arrive }) => `${symbol} ${path} ${arrive ?? ""}`),
      isLoss,
    ].join("|");
    const group = groups.get(key);
    if (group) {
      group.pairs.push(pair);
      group.outcomes.add(outcome);
    } else groups.set(key, { change, from, to, worse: isLoss, key, pairs: [pair], outcomes: new Set([outcome]) });
    if (when === "after") now[pair] = outcome;
  }
  return {
    changes: sortedBy(groups.values(), ({ key }) => key).map((group) => changeView(group, outcomes, places, rowOfPair)),
    worse: worse.size,
    end: now,
  };
}

function changeView(
  { change, from, to, worse, pairs, outcomes: met }: Group,
  outcomes: readonly Reached[],
  places: ReadonlyMap<StepId, StepPlace>,
  rowOfPair: readonly number[],
): ChangeView {
  const { step, when, restarted } = change;
  const place = places.get(step);
  if (place === undefined) throw new Error(`the rehearsal names a step that the plan does not have: ${step}`);
  return {
    ...{ step, phase: place.phase, name: `${place.phaseNumber}.${place.number}`, title: place.title },
    ...{ when, restarted, from, to, worse, pairs: pairs.length },
    rows: [...new Set(pairs.map((pair) => rowOfPair[pair] ?? 0))].sort((left, right) => left - right),
    reasons: reasonViews([...met].flatMap((outcome) => outcomeAt(outcomes, outcome).reasons)),
  };
}

/** Each text once, in the order of the texts. */
export function reasonViews(reasons: readonly Reason[]): ReasonView[] {
  const byText = new Map(reasons.map((reason) => [reasonText(reason), reason]));
  return sortedBy(byText, ([text]) => text).map(([text, { code, at }]) => ({ code, text, at }));
}
