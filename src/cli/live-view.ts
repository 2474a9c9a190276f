// A run on a terminal: what has happened scrolls by, and below it stands what is going on now, rewritten in place.
import type { StepId } from "../core/ids.ts";
import type { Plan } from "../plan/plan.ts";
import { findingView } from "../present/model/finding-view.ts";
import { displayWidth, fitting } from "../present/text/display-width.ts";
import type { Paint } from "../present/text/paint.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { wrapped } from "../present/text/wrapped.ts";
import type { RunEvent } from "../run/run-event.ts";
import type { Output } from "./cli-context.ts";

export interface LiveView {
  /** `lines`: what the event is worth in a log. */
  show(event: RunEvent, lines: readonly string[]): void;
  end(): void;
}

const shownSteps = 4;
/** Of what a step waits for. */
const shownLines = 2;

export function liveView(output: Output, plan: Plan, { columns, dim, bold }: Paint): LiveView {
  const titles = new Map(plan.phases.flatMap(({ steps }) => steps.map(({ id, title }) => [id, title])));
  const counts = new Map(plan.phases.map(({ id, steps }) => [id as string, steps.length]));
  const inHand = new Map<StepId | null, string>();
  let phase = "";
  let done = 0;
  let drawn = 0;
  const fit = (text: string): string => fitting(visibleText(text), columns - 1);
  const block = (): string[] => {
    if (phase === "") return [];
    const heading = `${phase}: ${done} of ${counts.get(phase) ?? 0} steps`;
    const steps = [...inHand].map(([id, text]) => inHandLines(id === null ? "" : (titles.get(id) ?? id), text));
    const more = steps.length > shownSteps ? [`  and ${steps.length - shownSteps} more`] : [];
    return [bold(fit(heading)), ...[...steps.slice(0, shownSteps).flat(), ...more].map((text) => dim(fit(text)))];
  };
  /** One line where both fit; else what is waited for stands below, where it is not cut off behind a long title. */
  const inHandLines = (title: string, text: string): string[] => {
    if (title === "") return [`  ${text}`];
    const line = `  ${title}: ${visibleText(text)}`;
    return displayWidth(line) < columns
      ? [line]
      : [
          `  ${title}:`,
          ...wrapped(visibleText(text), columns - 5)
            .slice(0, shownLines)
            .map((each) => `    ${each}`),
        ];
  };
  // ECMA-48: cursor up, and erase from there to the end of the screen.
  const erase = (): string => (drawn === 0 ? "" : `\u001B[${drawn}A\u001B[0J`);
  const draw = (above: readonly string[]): void => {
    const lines = block();
    output.write(`${erase()}${[...above, ...lines].map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  return {
    show(event, lines) {
      switch (event.type) {
        case "phase-started":
          phase = event.phase;
          done = 0;
          inHand.clear();
          break;
        case "step-intended":
          inHand.set(event.step, "writing");
          break;
        case "waiting":
          phase = event.phase;
          inHand.set(event.step, findingView(event.seen).message);
          // It stands below, and need not scroll by.
          draw([]);
          return;
        case "step-ended":
          inHand.delete(event.step);
          done += 1;
          break;
        case "phase-ended":
        case "run-ended":
          phase = "";
          inHand.clear();
          break;
        case "run-started":
        case "retrying":
        case "step-tried":
          break;
      }
      draw(lines);
    },
    end() {
      phase = "";
      draw([]);
    },
  };
}
