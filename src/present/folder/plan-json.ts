// plan.json: one line per step, route, object, probe group and finding, and per group of steps, so that two plans can be compared line by line.
// JSON.stringify does the work (a writer of our own took eight times as long); keys stand in the order in which the plan is made,
// which is fixed. Only values that may hold somebody's own objects (templates, patches) have their keys sorted first.
import { canonicalJson, type Json, sortedKeys } from "../../core/json.ts";
import type { TemplateTexts } from "../../plan/make-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { planLines, type StepLine } from "../../plan/plan-file.ts";
import type { StepGroup } from "../../plan/step-group.ts";
import { printable } from "../model/json-text.ts";

/** The plan as JSON text, line by line: the text of a large plan is never held as a whole. The same plan gives the same bytes. */
export function* planJson(
  { objects, phases, routes, probes, ...rest }: Plan,
  texts: TemplateTexts = new Map(),
): Generator<string> {
  const lines = planLines(objects);
  yield "{\n";
  for (const [key, value] of Object.entries(rest)) {
    yield `${one(key)}:`;
    if (Array.isArray(value)) yield* listTexts(value);
    else yield one(value);
    yield ",\n";
  }
  yield '"probes":';
  yield* listTexts(probes, lines.probes);
  yield ',\n"routes":';
  yield* listTexts(routes, lines.route);
  yield ',\n"objects":{';
  let first = true;
  for (const [hash, template] of Object.entries(objects)) {
    yield `${first ? "\n" : ",\n"}${one(hash)}:`;
    yield printable(texts.get(hash) ?? canonicalJson(template));
    first = false;
  }
  yield `${first ? "}" : "\n}"},\n"phases":[`;
  for (const [at, { steps, ...phase }] of phases.entries()) {
    yield at === 0 ? "\n{" : ",\n{";
    for (const [key, value] of Object.entries(phase)) yield `${one(key)}:${one(value)},\n`;
    yield '"steps":';
    yield* stepTexts(lines.steps(steps));
    yield "}";
  }
  yield '\n],\n"lists":';
  // Last: every line before may have added one.
  yield* listTexts(lines.lists);
  yield "\n}\n";
}

function* stepTexts(lines: Iterable<StepLine | StepGroup>): Generator<string> {
  let before = "[\n";
  for (const line of lines) {
    yield before;
    if ("id" in line) yield one(sortedWhereTheirs(line));
    else {
      yield `{"common":${one(line.common)},"steps":`;
      yield* listTexts(line.steps);
      yield "}";
    }
    before = ",\n";
  }
  yield before === ",\n" ? "\n]" : "[]";
}

function sortedWhereTheirs(line: StepLine): StepLine {
  const { action, undo } = line;
  const actions = undo?.how === "restore" ? undo.also : undo?.how === "actions" ? undo.actions : [];
  if (action.do !== "patch" && actions.length === 0) return line;
  return sortedKeys(line as unknown as Json) as unknown as StepLine;
}

function* listTexts<T>(items: readonly T[], as: (item: T) => unknown = (item) => item): Generator<string> {
  let before = "[\n";
  for (const item of items) {
    yield before;
    yield one(as(item));
    before = ",\n";
  }
  yield items.length === 0 ? "[]" : "\n]";
}

function one(value: unknown): string {
  return printable(JSON.stringify(value));
}
