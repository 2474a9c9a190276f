// The drawing of a rehearsal: the verdict, the matrix, what changes at which step, and why a plan is refused.
import { refKey, refText } from "../../core/object-ref.ts";
import { fewNames } from "../../core/few-names.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import { countText } from "../model/count-text.ts";
import { cellText } from "../model/reach-cell.ts";
import type { ChangeView } from "../model/rehearsal-changes.ts";
import type { RehearsalView } from "../model/rehearsal-view.ts";
import { findingsHeading, findingsText } from "./findings-text.ts";
import { matrixText } from "./matrix-text.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** Of changes at steps so many are shown; the JSON output holds all. */
const shownChanges = 40;
const shownReasons = 4;

/** All lines of the drawing, none wider than the paint's columns. */
export function rehearsalText(view: RehearsalView, paint: Paint): string[] {
  return [
    ...verdictLines(view, paint),
    "",
    ...matrixText(view, paint),
    ...changesText(view, paint),
    ...(view.findings.length > 0
      ? ["", ...findingsHeading(view.findingCounts, paint), ...findingsText(view.findings, paint)]
      : []),
    "",
    ...hanging("Not modelled  ", `${view.notModelled.join("; ")}.`, paint.columns).map(paint.dim),
  ];
}

/** Whether the plan is proven, in one line, and what was looked at, in another. */
export function verdictLines({ proven, counts }: RehearsalView, paint: Paint): string[] {
  const { steps, states, evaluated, hosts, pairs, worse } = counts;
  const verdict = proven
    ? `proven: nothing is lost at any of ${countText(steps, "step")}`
    : worse > 0
      ? `refused: ${worse} of ${countText(pairs, "pair")} of clients and host fare worse on the way`
      : "refused";
  const colour = proven ? paint.green : paint.red;
  const looked = `${countText(states, "state")} of the meshes, ${countText(evaluated, "outcome")}: ${countText(hosts, "imported host")} by port, ${countText(pairs, "pair")} of alike clients and host`;
  return [
    ...hanging("Rehearsal  ", verdict, paint.columns).map((line, at) =>
      at === 0 ? paint.bold("Rehearsal") + colour(line.slice("Rehearsal".length)) : colour(line),
    ),
    ...hanging("  looked at  ", looked, paint.columns).map(paint.dim),
  ];
}

/** What each step changes for requests as they are, and every loss, whenever it comes. */
export function changesText(view: RehearsalView, paint: Paint): string[] {
  const told = alike(view.changes.filter((change) => change.worse || isNewWay(change)));
  if (told.length === 0) return ["", paint.bold("No step changes how requests travel.")];
  const more = told.length - shownChanges;
  return [
    "",
    paint.bold("What changes, and at which step"),
    ...told.slice(0, shownChanges).flatMap((changes) => changeLines(changes, view, paint)),
    ...(more > 0 ? [paint.dim(`  … and ${countText(more, "more change")} (-o json shows all)`)] : []),
  ];
}

function isNewWay({ when, from, to }: ChangeView): boolean {
  return when === "after" && cellText(from) !== cellText(to);
}

/**
 * Steps of one phase that do the same to others' requests are told together. A loss stands alone; one that only waits for a
 * restart, say, is told at the first step where it does.
 */
function alike(changes: readonly ChangeView[]): ChangeView[][] {
  const groups = groupBy(changes, (change) => {
    const { worse, phase, name, when, restarted, rows, reasons } = change;
    const way = `${cellText(change.from)} ${cellText(change.to)}`;
    if (!worse) return `${phase}: ${way}`;
    const moment = `${when} ${restarted === null ? "" : refKey(restarted)}`;
    return `${when === "after" ? name : ""} ${moment} ${way} ${rows.join()} ${reasons.map(({ text }) => text).join()}`;
  });
  return [...groups.values()];
}

function changeLines(changes: readonly ChangeView[], { rows }: RehearsalView, paint: Paint): string[] {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return [];
  const steps = new Set(changes.map(({ step }) => step)).size;
  const title = steps > 1 ? `${first.title}; and ${countText(steps - 1, "more step")} until ${last.name}` : first.title;
  const hosts = sortedUnique(
    changes.flatMap((change) => change.rows.map((at) => `${rows[at]?.host ?? ""}:${rows[at]?.port ?? ""}`)),
  );
  const label = `  ${first.name.padEnd(4)} `;
  const below = " ".repeat(label.length);
  const colour = first.worse ? paint.red : (text: string): string => text;
  const { reasons } = first;
  return [
    ...hanging(label, visibleText(title), paint.columns),
    ...hanging(
      below,
      visibleText(`${momentText(first)}${cellText(first.from)} → ${cellText(first.to)}: ${fewNames(hosts)}`),
      paint.columns,
    ).map(colour),
    ...reasons
      .slice(0, shownReasons)
      .flatMap(({ text }) => hanging(below, visibleText(`because ${text}`), paint.columns)),
    ...(reasons.length > shownReasons
      ? [`${below}and for ${countText(reasons.length - shownReasons, "more reason")}`]
      : []),
  ];
}

/** "" for what comes at once after the step. */
export function momentText({ when, restarted }: Pick<ChangeView, "when" | "restarted">): string {
  switch (when) {
    case "after":
      return "";
    case "later":
      return "some time later: ";
    case "undone":
      return "after its undo: ";
    case "restarted":
      return `when ${restarted === null ? "something" : refText(restarted)} is started anew: `;
  }
}
