// Where a migration stands, for people.
import { countText } from "../model/count-text.ts";
import type { DifferingView, RunStatusView, StatusView } from "../model/status-view.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

export function statusText({ run, clusters }: StatusView, paint: Paint): string[] {
  if (run !== null) return runText(run, paint);
  return clusters.flatMap((cluster, index) => {
    const counts = (of: Readonly<Record<string, number>>): string =>
      Object.entries(of)
        .map(([kind, count]) => countText(count, kind))
        .join(", ") || "none";
    const line = (label: string, text: string): string[] =>
      hanging(`  ${label.padEnd(12)}`, visibleText(text), paint.columns);
    return [
      ...(index === 0 ? [] : [""]),
      paint.bold(visibleText(cluster.cluster)),
      ...line("ours", counts(cluster.objects)),
      ...line("federation", counts(cluster.federation)),
      ...line("plans", cluster.plans.join(", ") || "none"),
      ...(cluster.holder === null ? [] : line("at work", cluster.holder)),
      ...cluster.routes.flatMap(({ route, visibleTo }) =>
        line("route", `${route}: ${visibleTo.includes("*") ? "every namespace" : visibleTo.join(", ")}`),
      ),
    ];
  });
}

const states = {
  "not-begun": "no run has begun",
  running: "running, or killed",
  finished: "finished",
  stopped: "stopped",
  interrupted: "interrupted",
} as const;

function runText(run: RunStatusView, paint: Paint): string[] {
  const line = (label: string, text: string): string[] => hanging(label.padEnd(9), visibleText(text), paint.columns);
  const rows = run.phases.map(({ id, state, steps, done, writes, inPlace }) => [
    id,
    state === "not-begun" ? "" : state,
    `${done}/${steps}`,
    `${inPlace}/${writes}`,
  ]);
  return [
    ...line("plan", run.plan),
    ...line("last run", run.direction === null ? states[run.state] : `${run.direction}, ${states[run.state]}`),
    ...(run.by === null ? [] : line("by", `${run.by}, ${run.startedAt ?? ""}`)),
    ...run.holders.flatMap(({ cluster, holder }) =>
      holder === null ? [] : line("at work", `${holder} in ${cluster}`),
    ),
    ...run.stoppedBy.flatMap(({ code, message, todo }) => [...line("why", `${code}: ${message}`), ...line("do", todo)]),
    "",
    ...table([{ title: "PHASE" }, { title: "" }, { title: "DONE" }, { title: "IN PLACE" }], rows, paint),
    ...run.phases.flatMap(({ id, differing }) =>
      differing.flatMap((each) => hanging("  ! ", visibleText(`${id}: ${differingText(each)}`), paint.columns)),
    ),
  ];
}

function differingText({ title, objects, state }: DifferingView): string {
  const what = objects.length === 0 ? title : `${title} (${objects.join(", ")})`;
  return `${what}: ${state === "not-ended" ? "begun and not ended" : "done, and not in place any more"}`;
}
