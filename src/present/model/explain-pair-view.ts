// What `rehearse --explain` shows, as data: the ways of one client to one host, hop by hop, at the start and wherever they change.
import type { StepId } from "../../core/ids.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import type { Pair } from "../../dataplane/pair.ts";
import type { Hop, Path, Way } from "../../dataplane/reached.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Explained } from "../../rehearsal/explain.ts";
import { type CellView, cellOf } from "./reach-cell.ts";
import { type ReasonView, reasonViews } from "./rehearsal-changes.ts";
import { stepPlaces } from "./rehearsal-columns.ts";

export interface WayView {
  readonly path: Path;
  readonly hops: readonly HopView[];
  /** Whether the request arrives. */
  readonly arrives: boolean;
  /** Why it does not; null: it does. */
  readonly reason: ReasonView | null;
  /** Who the server sees, "DOMAIN/ns/NAMESPACE/sa/ACCOUNT"; null: nobody, or it does not arrive. */
  readonly seenAs: string | null;
  /** How many ways there are that do not differ in any of this. */
  readonly times: number;
}

export interface HopView {
  readonly at: ObjectRef;
  /** "CLUSTER: Kind NAMESPACE/NAME". */
  readonly where: string;
  readonly what: string;
}

export interface ExplainedStateView {
  /** null: before the first step. */
  readonly step: StepId | null;
  /** null: before the first step. */
  readonly phase: string | null;
  /** "start", or phase and step: "5.6". */
  readonly name: string;
  readonly title: string;
  /** What the step waits for has come: the state before this one is that right after the step. */
  readonly later: boolean;
  readonly outcome: CellView;
  readonly ways: readonly WayView[];
}

export interface ExplainPairView {
  readonly apiVersion: "meshferry/rehearsal-explain.v1";
  readonly plan: string;
  readonly client: ObjectRef;
  readonly host: string;
  readonly port: number;
  /** The start, and each step that changes the ways; in the order of the plan. */
  readonly states: readonly ExplainedStateView[];
}

/** The view of what the model says of one pair. */
export function explainPairView(
  plan: Plan,
  hash: string,
  { client, host, port }: Pair,
  explained: readonly Explained[],
): ExplainPairView {
  const places = stepPlaces(plan);
  return {
    apiVersion: "meshferry/rehearsal-explain.v1",
    plan: hash,
    ...{ client, host, port },
    states: explained.map(({ step, title, outcome, ways }, at) => {
      const place = step === null ? undefined : places.get(step);
      return {
        step,
        phase: place?.phase ?? null,
        name: place === undefined ? "start" : `${place.phaseNumber}.${place.number}`,
        title,
        later: step !== null && explained[at - 1]?.step === step,
        outcome: cellOf(outcome),
        ways: wayViews(ways),
      };
    }),
  };
}

/** In their order; ways that look the same are told once, with their number. */
function wayViews(ways: readonly Way[]): WayView[] {
  const views = new Map<string, WayView>();
  for (const way of ways) {
    const view = wayView(way);
    const key = JSON.stringify([
      view.path,
      view.hops.map(({ where, what }) => [where, what]),
      view.reason,
      view.seenAs,
    ]);
    views.set(key, { ...view, times: (views.get(key)?.times ?? 0) + 1 });
  }
  return [...views.values()];
}

function wayView({ path, hops, reason, seenAs }: Way): WayView {
  return {
    path,
    hops: hops.map(hopView),
    arrives: reason === null,
    reason: reason === null ? null : (reasonViews([reason])[0] ?? null),
    seenAs,
    times: 1,
  };
}

function hopView({ at, what }: Hop): HopView {
  return { at, where: refText(at), what };
}
