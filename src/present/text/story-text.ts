// The parts of the demo's story that no command draws: a phase with what becomes of requests after it, and the way back.
import { countText } from "../model/count-text.ts";
import type { PhaseView, PlanView } from "../model/plan-view.ts";
import { cellText, worseMark } from "../model/reach-cell.ts";
import type { RowView } from "../model/rehearsal-rows.ts";
import type { RehearsalView } from "../model/rehearsal-view.ts";
import type { Paint } from "./paint.ts";
import { phaseHeading } from "./plan-text.ts";
import { stepTitle } from "./steps-text.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { wrapped } from "./wrapped.ts";

/** A ruled heading with its paragraphs; commands and paths stand indented. */
export function chapter(title: string, paragraphs: readonly string[], paint: Paint): string[] {
  const body = paragraphs.flatMap((text) => {
    const indent = /^(meshferry|client) /u.test(text) ? "    " : "  ";
    return wrapped(text, paint.columns - indent.length).map((line) => indent + line);
  });
  return [paint.bold(paint.cyan(title)), paint.dim("═".repeat(paint.columns)), ...body, ""];
}

/** A phase: the titles of its steps, and the matrix's column for its end. */
export function phaseStory(phase: PhaseView, rehearsal: RehearsalView, paint: Paint): string[] {
  const digits = String(phase.steps.length).length;
  const column = rehearsal.columns.findIndex(({ id }) => id === phase.id);
  return [
    ...phaseHeading(phase, paint),
    ...phase.steps.flatMap((step) => stepTitle(step, digits, paint)),
    ...(column < 1 ? [] : ["", ...columnLines(rehearsal, column, paint)]),
    "",
  ];
}

/** A column of the matrix by itself: how requests go at its end; where it is another way than before, from which. */
export function columnLines({ rows, courses, columns }: RehearsalView, at: number, paint: Paint): string[] {
  const cells = rows.map((row): string[] => {
    const [before, now] = [courses[row.course]?.[at - 1], courses[row.course]?.[at]];
    if (now === undefined) return [hostOf(row), ""];
    const text = `${cellText(now)}${now.worse.length > 0 ? worseMark : ""}`;
    const changed = before !== undefined && cellText(before) !== cellText(now);
    return [hostOf(row), changed ? `${cellText(before)} → ${text}` : text];
  });
  const title = at === 0 ? "AT THE START" : `AFTER ${columns[at]?.title ?? ""}`;
  const [head = "", ...lines] = table([{ title: "HOST", least: 16 }, { title }], cells, paint);
  return [
    head,
    ...lines.map((line, index) => {
      const cell = courses[rows[index]?.course ?? 0]?.[at];
      if (cell?.state === "broken") return paint.red(line);
      return cell?.state === "degraded" || (cell?.worse.length ?? 0) > 0 ? paint.yellow(line) : line;
    }),
  ];
}

function hostOf({ host, port }: RowView): string {
  return visibleText(`${host}:${port}`);
}

/** To where undo leads, from the last phase to the first, and how requests go there. */
export function backLines({ phases }: PlanView, rehearsal: RehearsalView, paint: Paint): string[] {
  const { columns } = rehearsal;
  const rows = columns
    .slice(0, -1)
    .map((column, at) => {
      const undone = phases.find(({ id }) => id === columns[at + 1]?.id);
      return [column.title === "" ? column.id : column.title, takenBack(undone), waysAt(rehearsal, at)];
    })
    .reverse();
  return table([{ title: "UNDO TO" }, { title: "TAKES BACK", least: 16 }, { title: "REQUESTS GO BY" }], rows, paint);
}

function takenBack(phase: PhaseView | undefined): string {
  if (phase === undefined) return "";
  const steps = `${phase.id}, ${countText(phase.steps.length, "step")}`;
  return phase.reversible ? steps : `${steps}, not wholly`;
}

function waysAt({ rows, courses }: RehearsalView, column: number): string {
  const texts = rows.map(({ course }) => {
    const cell = courses[course]?.[column];
    return cell === undefined ? "" : cellText(cell);
  });
  return [...new Set(texts)].sort().join(", ");
}

/** How often the model took a step back and found requests worse off. */
export function lossesByUndo({ changes }: RehearsalView): number {
  return changes.filter(({ when, worse }) => when === "undone" && worse).length;
}
