// The steps of one phase as lines: per cluster, with the fields that change, old → new. Shows no Secret's bytes.
import type { Json } from "../../core/json.ts";
import { countText, durationText } from "../model/condition-text.ts";
import type { FieldChange, Shown } from "../model/field-change.ts";
import type { StepKind, StepView } from "../model/step-view.ts";
import { displayWidth } from "./display-width.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging, wrapped } from "./wrapped.ts";

/** Of a longer run of steps in one cluster the first are shown; the plan folder holds all. */
const shownInARow = 40;
const shownChanges = 20;

const signs = { create: "+", change: "~", patch: "~", delete: "-", restart: "↻", wait: "…", confirm: "?" } as const satisfies Readonly<
  Record<StepKind, string>
>;

/** The steps in their order, under the name of the cluster that they are about. */
export function stepsText(steps: readonly StepView[], paint: Paint): string[] {
  const digits = String(steps.length).length;
  return runsByCluster(steps).flatMap((run) => {
    const more = run.length - shownInARow;
    return [
      `  ${paint.bold(visibleText(run[0]?.cluster ?? "across clusters"))}`,
      ...run.slice(0, shownInARow).flatMap((step) => stepLines(step, digits, paint)),
      ...(more > 0 ? [paint.dim(`    … and ${countText(more, "more step")} (--out DIR writes all)`)] : []),
    ];
  });
}

function runsByCluster(steps: readonly StepView[]): StepView[][] {
  const runs: StepView[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run && run[0]?.cluster === step.cluster) run.push(step);
    else runs.push([step]);
  }
  return runs;
}

function stepLines(step: StepView, digits: number, paint: Paint): string[] {
  const sign = signPaint(step.kind, paint);
  const prefix = `${String(step.number).padStart(digits + 4)} ${signs[step.kind]} `;
  const indent = " ".repeat(displayWidth(prefix));
  const titleLines = hanging(prefix, visibleText(step.title), paint.columns);
  const [first = "", ...others] = titleLines;
  const lines = [paint.dim(prefix.slice(0, -2)) + sign(first.slice(prefix.length - 2)), ...others.map(sign)];
  for (const change of step.changes.slice(0, shownChanges)) lines.push(...changeLines(change, `${indent}  `, paint));
  const more = step.changes.length - shownChanges;
  if (more > 0) lines.push(paint.dim(`${indent}  … and ${countText(more, "more field")}`));
  if (saysMore(step)) {
    const limit = step.timeoutMs > 0 ? ` (at most ${durationText(step.timeoutMs)})` : "";
    lines.push(...hanging(`${indent}until `, visibleText(step.until) + limit, paint.columns).map(paint.dim));
  }
  return lines;
}

/** That a created object exists, and a deleted one does not, goes without saying. */
function saysMore({ kind, until }: StepView): boolean {
  if (until === "") return false;
  return !(kind === "create" || kind === "change") || !/^\S+: \S+ \S+ exists$/u.test(until);
}

function changeLines({ field: path, before, after }: FieldChange, indent: string, paint: Paint): string[] {
  const field = visibleText(path);
  const old = before === "unknown" ? "?" : before === null ? "(not set)" : shownText(before);
  const fresh = after === null ? "(removed)" : shownText(after);
  const text = `${field}: ${old} → ${fresh}`;
  const fits = displayWidth(indent) + displayWidth(text) <= paint.columns;
  if (fits) return [`${indent}${field}: ${paint.red(old)} → ${paint.green(fresh)}`];
  const width = paint.columns - displayWidth(indent) - 4;
  const part = (sign: string, value: string) =>
    wrapped(value, width).slice(0, 6).map((line, at) => `${indent}  ${at === 0 ? sign : " "} ${line}`);
  return [
    ...wrapped(field, paint.columns - displayWidth(indent)).map((line) => indent + line),
    ...(before === null ? [] : part("-", old).map(paint.red)),
    ...part("+", fresh).map(paint.green),
  ];
}

function shownText(shown: Shown): string {
  if ("certificates" in shown) return countText(shown.certificates, "certificate");
  return "hidden" in shown ? "(not shown)" : visibleText(valueText(shown.value));
}

function valueText(value: Json): string {
  if (typeof value === "string") return value === "" ? '""' : value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return `[${value.join(", ")}]`;
  return JSON.stringify(value);
}

function signPaint(kind: StepKind, paint: Paint): (text: string) => string {
  const plain = (text: string): string => text;
  const { green, yellow, red, cyan, dim } = paint;
  return { create: green, change: yellow, patch: yellow, delete: red, restart: cyan, wait: dim, confirm: red }[kind] ?? plain;
}
