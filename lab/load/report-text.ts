// A run of load in lines, for the terminal and for the note that goes with a test.
import type { EnvoyCounters } from "./envoy-counters.ts";
import type { LoadReport } from "./analyse.ts";

export function reportLines(title: string, report: LoadReport, envoy: EnvoyCounters): readonly string[] {
  const { clients, windows, gaps } = report;
  const callers = new Map<string, number>();
  for (const each of clients)
    for (const [caller, times] of Object.entries(each.callers)) callers.set(caller, (callers.get(caller) ?? 0) + times);
  return [
    `${title}: ${report.failed} of ${report.total} failed`,
    ...windows.map(({ mark, seconds, total, failed }) => `  ${mark}: ${failed} of ${total} in ${seconds.toFixed(1)} s`),
    ...clients.flatMap(({ client, total, failed, worstMilliseconds, firstFailure, failures }) => [
      `  ${client}: ${failed} of ${total}, worst ${worstMilliseconds} ms`,
      ...(firstFailure === null
        ? []
        : [`    first ${firstFailure.milliseconds} ms after "${firstFailure.after}": ${firstFailure.what}`]),
      ...Object.entries(failures).map(([what, times]) => `    ${times} x ${what}`),
    ]),
    ...[...callers].map(([caller, times]) => `  the server saw ${caller}: ${times}`),
    ...[...envoy].map(([name, value]) => `  Envoy: ${name} ${value}`),
    ...gaps.map(({ client, milliseconds }) => `  GAP: ${client} sent nothing for ${milliseconds} ms`),
  ];
}
