// The drawing of one pair's ways: hop by hop, at the start and after each step that changes them.
import { refText } from "../../core/object-ref.ts";
import { cellText } from "../model/reach-cell.ts";
import type { ExplainedStateView, ExplainPairView, WayView } from "../model/explain-pair-view.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing, none wider than the paint's columns. */
export function explainPairText({ client, host, port, states }: ExplainPairView, paint: Paint): string[] {
  const heading = visibleText(`${refText(client)} → ${host}:${port}`);
  return [
    ...hanging("", heading, paint.columns).map(paint.bold),
    ...states.flatMap((state) => ["", ...stateLines(state, paint)]),
  ];
}

/** One state: where the plan stands, how requests fare, and their ways. */
export function stateLines({ step, name, title, later, outcome, ways }: ExplainedStateView, paint: Paint): string[] {
  const colour = { ok: paint.green, degraded: paint.yellow, broken: paint.red }[outcome.state];
  const when = step === null ? "At the start" : `${later ? "Some time after" : "After"} ${name}: ${title}`;
  return [
    ...hanging("", visibleText(when), paint.columns).map(paint.cyan),
    `  ${colour(cellText(outcome))}`,
    ...(ways.length === 0 ? ["    there is no way"] : ways.flatMap((way) => wayLines(way, ways.length > 1, paint))),
  ];
}

function wayLines({ path, hops, reason, seenAs, times }: WayView, several: boolean, paint: Paint): string[] {
  const number = times > 1 ? ` (${times} times)` : "";
  return [
    ...(several || times > 1 ? hanging("  way ", `${path}${number}`, paint.columns).map(paint.dim) : []),
    ...hops.flatMap(({ where, what }, at) => [
      ...hanging(at === 0 ? "    ● " : "    ↓ ", visibleText(where), paint.columns),
      ...(what === "" ? [] : hanging("        ", visibleText(what), paint.columns).map(paint.dim)),
    ]),
    ...(reason === null
      ? hanging(
          "    ✓ ",
          visibleText(
            seenAs === null ? "arrives; the server sees nobody's identity" : `arrives; the server sees ${seenAs}`,
          ),
          paint.columns,
        ).map(paint.green)
      : hanging("    ✗ ", visibleText(`ends here: ${reason.text}`), paint.columns).map(paint.red)),
  ];
}
