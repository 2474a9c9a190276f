// The steps of one phase as lines: per cluster, with the fields that change, old → new. Shows no Secret's bytes.
import type { Json } from "../../core/json.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { countText, durationText } from "../model/count-text.ts";
import type { FieldChange, Shown } from "../model/field-change.ts";
import type { StepKind, StepView } from "../model/step-view.ts";
import { yamlText } from "../yaml-text.ts";
import { displayWidth, shortened } from "./display-width.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging, wrapped } from "./wrapped.ts";

/** Of a longer run of steps in one cluster the first are shown; the plan folder holds all. */
const shownInARow = 40;
const shownChanges = 20;
const shownLines = 24;

const signs = {
  create: "+",
  change: "~",
  patch: "~",
  delete: "-",
  restart: "↻",
  wait: "…",
  confirm: "?",
} as const satisfies Readonly<Record<StepKind, string>>;

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

/** The step's number, sign and title. */
export function stepTitle(step: StepView, digits: number, paint: Paint): string[] {
  const sign = signPaint(step.kind, paint);
  const prefix = titlePrefix(step, digits);
  const [first = "", ...others] = hanging(prefix, visibleText(step.title), paint.columns);
  return [paint.dim(prefix.slice(0, -2)) + sign(first.slice(prefix.length - 2)), ...others.map(sign)];
}

function titlePrefix({ number, kind }: StepView, digits: number): string {
  return `${String(number).padStart(digits + 4)} ${signs[kind]} `;
}

function stepLines(step: StepView, digits: number, paint: Paint): string[] {
  const indent = " ".repeat(displayWidth(titlePrefix(step, digits)));
  const lines = stepTitle(step, digits, paint);
  lines.push(...objectLines(step, `${indent}  `, paint));
  const { changes } = step;
  for (const change of changes.slice(0, shownChanges)) lines.push(...changeLines(change, `${indent}  `, paint));
  const more = changes.length - shownChanges;
  if (more > 0) lines.push(paint.dim(`${indent}  … and ${countText(more, "more field")}`));
  const limit = step.timeoutMs > 0 ? ` (at most ${durationText(step.timeoutMs)})` : "";
  const untils = step.until;
  for (const [at, until] of untils.entries()) {
    const text = visibleText(until) + (at === untils.length - 1 ? limit : "");
    lines.push(...hanging(`${indent}${at === 0 ? "until" : "  and"} `, text, paint.columns).map(paint.dim));
  }
  return lines;
}

const shownLosses = 12;

/** The object that is written, where the title does not name it; what a confirmation is about. */
function objectLines({ kind, title, objects }: StepView, indent: string, paint: Paint): string[] {
  const line = (label: string, ref: ObjectRef, withCluster: boolean) =>
    hanging(indent + label, visibleText(refText(ref, withCluster)), paint.columns).map(paint.dim);
  if (kind === "confirm") {
    const more = objects.length - shownLosses;
    const lines = objects.slice(0, shownLosses).flatMap((ref) => line("goes  ", ref, true));
    return more > 0 ? [...lines, paint.dim(`${indent}… and ${more} more`)] : lines;
  }
  const [only, ...others] = objects;
  if (!only || others.length > 0 || !["create", "change", "patch"].includes(kind)) return [];
  const name = only.namespace === null ? only.name : `${only.namespace}/${only.name}`;
  return title.includes(name) && title.toLowerCase().includes(only.kind.toLowerCase()) ? [] : line("", only, false);
}

function changeLines({ field: path, before, after }: FieldChange, indent: string, paint: Paint): string[] {
  const field = visibleText(path);
  const old = before === "unknown" ? "?" : before === null ? "(not set)" : shownText(before);
  const fresh = after === null ? "(removed)" : shownText(after);
  const text = `${field}: ${old} → ${fresh}`;
  const fits = displayWidth(indent) + displayWidth(text) <= paint.columns;
  if (fits) return [`${indent}${field}: ${paint.red(old)} → ${paint.green(fresh)}`];
  const width = paint.columns - displayWidth(indent) - 4;
  const part = (sign: string, side: Shown | null | "unknown") =>
    longLines(side, width).map((line) => `${indent}  ${sign} ${line}`);
  return [
    ...wrapped(field, paint.columns - displayWidth(indent)).map((line) => indent + line),
    ...part("-", before).map(paint.red),
    ...part("+", after).map(paint.green),
  ];
}

/** A value that needs lines of its own: objects as YAML, everything else wrapped. */
function longLines(side: Shown | null | "unknown", width: number): string[] {
  if (side === null) return [];
  if (side === "unknown") return ["?"];
  if (!("value" in side) || typeof side.value !== "object") return cut(wrapped(shownText(side), width));
  const lines = yamlText(side.value).trimEnd().split("\n");
  return cut(lines.map((line) => shortened(visibleText(line), width)));
}

function cut(lines: readonly string[]): string[] {
  const more = lines.length - shownLines;
  return more > 0 ? [...lines.slice(0, shownLines), `… and ${countText(more, "more line")}`] : [...lines];
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
  return (
    { create: green, change: yellow, patch: yellow, delete: red, restart: cyan, wait: dim, confirm: red }[kind] ?? plain
  );
}
