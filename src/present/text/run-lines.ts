// A run's events as lines for people and CI logs: one for each thing that happened, with what to do where it stopped.
import type { Finding } from "../../core/finding.ts";
import type { Plan } from "../../plan/plan.ts";
import type { RunEvent } from "../../run/run-event.ts";
import { durationText } from "../model/count-text.ts";
import { findingView } from "../model/finding-view.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

export interface RunLines {
  /** The lines that an event is worth; none: it says nothing new. */
  of(event: RunEvent): string[];
}

/** Remembers what was last said of each wait, so that it is said once. */
export function runLines(plan: Plan, paint: Paint): RunLines {
  const titles = new Map(plan.phases.flatMap(({ steps }) => steps.map(({ id, title }) => [id as string, title])));
  const told = new Map<string, string>();
  const titleOf = (step: string): string => visibleText(titles.get(step) ?? step);
  const isNew = (about: string, text: string): boolean => {
    const before = told.get(about);
    told.set(about, text);
    return before !== text;
  };
  return {
    of(event) {
      const time = paint.dim(event.at.slice(11, 19));
      const line = (mark: string, text: string): string[] => {
        const [first = "", ...rest] = hanging("           ", text, paint.columns);
        return [`${time} ${mark}${first.slice("           ".length - 1)}`, ...rest];
      };
      switch (event.type) {
        case "run-started":
          return line(" ", `${event.direction} begins, by ${visibleText(event.by)}`);
        case "phase-started":
          return line(" ", paint.bold(`phase ${event.phase}`));
        case "phase-ended":
          return line(" ", `phase ${event.phase} is done`);
        case "step-intended":
          return [];
        case "waiting": {
          const text = `waiting: ${messageOf(event.seen)}`;
          return isNew(event.step ?? event.phase, text) ? line(paint.dim("…"), text) : [];
        }
        case "retrying":
          return line(
            paint.yellow("↻"),
            `${visibleText(event.request)}: ${visibleText(event.reply)}; again in ${durationText(event.inMs)}`,
          );
        case "step-ended":
          return stepLines(event, titleOf(event.step), line, paint);
        case "step-tried": {
          const mark = event.would === "stop" ? paint.red("✗") : event.would === "unknown" ? "?" : "·";
          const lines = line(mark, `${triedTexts[event.would]}: ${titleOf(event.step)}`);
          return event.trouble === null ? lines : [...lines, ...troubleLines(event.trouble, paint)];
        }
        case "run-ended": {
          const lines = line(event.result === "finished" ? paint.green("✓") : paint.red("✗"), endTexts[event.result]);
          return event.trouble === null ? lines : [...lines, ...troubleLines(event.trouble, paint)];
        }
      }
    },
  };
}

const triedTexts = {
  write: "would write",
  nothing: "in place",
  wait: "would wait or ask",
  stop: "would stop",
  unknown: "cannot be tried before earlier steps are done",
} as const;

const endTexts = { finished: "finished", stopped: "stopped", interrupted: "interrupted" } as const;

function stepLines(
  { result }: Extract<RunEvent, { readonly type: "step-ended" }>,
  title: string,
  line: (mark: string, text: string) => string[],
  paint: Paint,
): string[] {
  switch (result.state) {
    case "done": {
      const lines = line(paint.green("✓"), result.wrote ? title : `${title} (nothing to write)`);
      return result.left === undefined
        ? lines
        : [...lines, ...line(paint.yellow("!"), `gone on without: ${messageOf(result.left)}`)];
    }
    case "stopped": {
      const limit = result.afterMs === null ? "" : ` (not within ${durationText(result.afterMs)})`;
      return [...line(paint.red("✗"), `${title}${limit}`), ...troubleLines(result.trouble, paint)];
    }
    case "interrupted":
      return line(paint.yellow("‖"), `${title}: interrupted`);
  }
}

function messageOf(finding: Finding): string {
  return visibleText(findingView(finding).message);
}

/** Code and message, why, and what to do, under the line that they belong to. */
export function troubleLines(finding: Finding, { columns, bold }: Paint): string[] {
  const { code, message, why, todo } = findingView(finding);
  return [
    ...hanging("           ", visibleText(`${code}: ${message}`), columns).map(bold),
    ...(why === "" ? [] : hanging("           why: ", visibleText(why), columns)),
    ...(todo === "" ? [] : hanging("           do:  ", visibleText(todo), columns)),
  ];
}
