// What `status` shows, as data: by the plan's phases where there is a plan folder, by cluster where there is none.
import type { FoundCluster } from "../../run/found-objects.ts";
import type { RunState } from "../../run/run-state.ts";
import type { PhaseStanding, StepStanding } from "../../run/survey.ts";

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
  /** Noted as done, and the clusters do not show it; or begun and not ended: titles, in the order of the plan. */
  readonly differing: readonly string[];
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
      differing: steps.filter(differs).map(({ step }) => step.title),
    })),
  };
}

/** A restart's mark may be taken away by whoever keeps the workload: it says nothing. */
function differs({ step, noted, shown }: StepStanding): boolean {
  if (noted === "begun") return true;
  return noted === "done" && step.action.do !== "restart" && (shown === "to-do" || shown === "refused");
}
