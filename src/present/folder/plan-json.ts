// plan.json: one line per step, route, object, probe group and finding, and per group of steps, so that two plans can be compared line by line.
// JSON.stringify does the work (a writer of our own took eight times as long); keys stand in the order in which the plan is made,
// which is fixed. Only values that may hold somebody's own objects (templates, patches) have their keys sorted first.
import { canonicalJson, type Json, sortedKeys } from "../../core/json.ts";
import type { TemplateTexts } from "../../plan/make-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { planLines, type StepLine } from "../../plan/plan-file.ts";
import type { GroupedStep, StepGroup } from "../../plan/step-group.ts";
import { printable } from "../model/json-text.ts";

/** The plan as JSON text, line by line: the text of a large plan is never held as a whole. The same plan gives the same bytes. */
export function* planJson(plan: Plan, texts: TemplateTexts = new Map()): Generator<string> {
  yield planHead(plan);
  yield* templateLines(templateTexts(plan, texts));
  for (const piece of planRest(plan)) {
    if (typeof piece === "string") yield piece;
    else yield* groupTexts(piece);
  }
}

/** A part of the text, or a group of steps that somebody may make it of elsewhere. */
export type PlanPiece = string | StepGroup;

/** The beginning, up to the templates: what is short. */
export function planHead(plan: Plan): string {
  const short = Object.entries(plan).filter(([, value]) => typeof value !== "object");
  return `{\n${short.map(([key, value]) => `${one(key)}:${one(value)},\n`).join("")}"objects":{`;
}

function* templateTexts({ objects }: Plan, texts: TemplateTexts): Generator<readonly [hash: string, text: string]> {
  for (const [hash, template] of Object.entries(objects)) yield [hash, texts.get(hash) ?? canonicalJson(template)];
}

/** Templates as canonical JSON, in the order of their hashes: a third of a large plan's text, which another thread can make. */
export function* templateLines(templates: Iterable<readonly [hash: string, text: string]>): Generator<string> {
  let before = "\n";
  for (const [hash, text] of templates) {
    yield `${before}${one(hash)}:`;
    yield printable(text);
    before = ",\n";
  }
  yield before === "\n" ? "}" : "\n}";
}

/** Everything behind the templates. */
export function* planRest({ objects, phases, routes, probes, ...others }: Plan): Generator<PlanPiece> {
  const lines = planLines(objects);
  for (const [key, value] of Object.entries(others)) {
    if (!Array.isArray(value)) continue;
    yield `,\n${one(key)}:`;
    yield* listTexts(value);
  }
  yield ',\n"probes":';
  yield* listTexts(probes, lines.probes);
  yield ',\n"routes":';
  yield* listTexts(routes, lines.route);
  yield ',\n"phases":[';
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

function* stepTexts(lines: Iterable<StepLine | StepGroup>): Generator<PlanPiece> {
  let before = "[\n";
  for (const line of lines) {
    yield before;
    yield "id" in line ? one(sortedWhereTheirs(line)) : line;
    before = ",\n";
  }
  yield before === ",\n" ? "\n]" : "[]";
}

export function* groupTexts({ common, steps }: StepGroup): Generator<string> {
  yield `{"common":${one(common)},"steps":`;
  yield* linesOf(steps, groupedStepText);
  yield "}";
}

function sortedWhereTheirs(line: StepLine): StepLine {
  const { action, undo } = line;
  const actions = undo?.how === "restore" ? undo.also : undo?.how === "actions" ? undo.actions : [];
  if (action.do !== "patch" && actions.length === 0) return line;
  return sortedKeys(line as unknown as Json) as unknown as StepLine;
}

function listTexts<T>(items: readonly T[], as: (item: T) => unknown = (item) => item): Generator<string> {
  return linesOf(items, (item) => JSON.stringify(as(item)));
}

const linesAtOnce = 500;

/** Many lines at once: to hand on each of a hundred thousand takes longer than to make it. */
function* linesOf<T>(items: readonly T[], textOf: (item: T) => string): Generator<string> {
  for (let at = 0; at < items.length; at += linesAtOnce) {
    const texts = items.slice(at, at + linesAtOnce).map(textOf);
    yield (at === 0 ? "[\n" : ",\n") + printable(texts.join(",\n"));
  }
  yield items.length === 0 ? "[]" : "\n]";
}

/** Texts that JSON writes as they are. */
const unescaped = /^[ !#-[\]-~]*$/u;

/** As JSON.stringify, which takes twice as long: nine of ten lines of a large plan are these. */
function groupedStepText(step: GroupedStep): string {
  const { id, title, object } = step;
  const isBare = step.after === undefined && step.routes === undefined;
  if (!isBare || !unescaped.test(id) || !unescaped.test(title)) return JSON.stringify(step);
  return `{"id":"${id}","title":"${title}","object":"${object}"}`;
}

function one(value: unknown): string {
  return printable(JSON.stringify(value));
}
