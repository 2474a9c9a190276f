// What `status` shows, as data: by the plan's phases where there is a plan folder, by cluster where there is none.
import { refText } from "../../core/object-ref.ts";
import type { FoundCluster } from "../../run/found-objects.ts";
import type { RunState } from "../../run/run-state.ts";
import type { PhaseStanding, StepStanding } from "../../run/survey.ts";
import { type FindingView, findingViews } from "./finding-view.ts";

export interface StatusView {
  readonly apiVersion: "meshferry/status.v1";
  /** null: no plan folder was given. */
  readonly run: RunStatusView | null;
  /** Only without a plan folder. */
  readonly clusters: readonly FoundCluster[];
}

export interface RunStatusView {
  readonly plan: string;
  /** "not-begun"; "running": the journal has no end, so that it runs, or was killed; otherwise how the last run ended. */
  readonly state: "not-begun" | "running" | "finished" | "stopped" | "interrupted";
  /** What stopped the last run. */
  readonly stoppedBy: readonly FindingView[];
  /** Of the last run. */
  readonly direction: "apply" | "undo" | null;
  readonly by: string | null;
  readonly startedAt: string | null;
  readonly holders: readonly { readonly cluster: string; readonly holder: string | null }[];
  readonly phases: readonly PhaseStatusView[];
}

export interface PhaseStatusView {
  readonly id: string;
  readonly state: PhaseStanding["noted"];
  readonly steps: number;
  /** As the journal has it. */
  readonly done: number;
  /** Of the steps that write: how many show their effect in the clusters. */
  readonly writes: number;
  readonly inPlace: number;
  /** In the order of the plan. */
  readonly differing: readonly DifferingView[];
}

/** A step whose journal and clusters do not agree. */
export interface DifferingView {
  readonly title: string;
  /** "CLUSTER: Kind NAMESPACE/NAME". */
  readonly objects: readonly string[];
  /** Begun and not ended; or noted as done, and the clusters do not show it (any more). */
  readonly state: "not-ended" | "not-in-place";
}

export function runStatusView(
  plan: string,
  state: RunState,
  holders: RunStatusView["holders"],
  standings: readonly PhaseStanding[],
): RunStatusView {
  return {
    plan,
    state: state.plan === null ? "not-begun" : (state.ended ?? "running"),
    stoppedBy: state.ended === "stopped" ? findingViews(state.troubles) : [],
    direction: state.plan === null ? null : state.direction,
    by: state.by,
    startedAt: state.startedAt,
    holders,
    phases: standings.map(({ phase, noted, steps }) => ({
      id: phase,
      state: noted,
      steps: steps.length,
      done: steps.filter((each) => each.noted === "done").length,
      writes: steps.filter(({ shown }) => shown !== null).length,
      inPlace: steps.filter(({ shown }) => shown === "in-place").length,
      differing: steps.flatMap(differingView),
    })),
  };
}

/** A restart's mark may be taken away by whoever keeps the workload: it says nothing. */
function differingView({ step: { title, action }, touches, noted, shown }: StepStanding): DifferingView[] {
  const lost = noted === "done" && action.do !== "restart" && (shown === "to-do" || shown === "refused");
  if (noted !== "begun" && !lost) return [];
  return [{ title, objects: touches.map((ref) => refText(ref)), state: lost ? "not-in-place" : "not-ended" }];
}
