// The drawing of a plan for the person who carries it out: phase by phase, gate, steps, undo; then cost and findings.
import { refText } from "../../core/object-ref.ts";
import { countText } from "../model/condition-text.ts";
import type { CostView, PhaseView, PlanView } from "../model/plan-view.ts";
import { displayWidth } from "./display-width.ts";
import { countsText, findingsText } from "./findings-text.ts";
import type { Paint } from "./paint.ts";
import { stepsText } from "./steps-text.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing, none wider than the paint's columns. */
export function planText(view: PlanView, paint: Paint): string[] {
  return [
    ...headLines(view, paint),
    ...view.phases.flatMap((phase) => ["", ...phaseLines(phase, paint)]),
    "",
    ...costLines(view, paint),
    "",
    paint.bold("Findings") + paint.dim(`  ${countsText(view.counts)}`),
    ...findingsText(view.findings, paint),
  ];
}

/** What the plan is, what it moves and what it leaves. */
function headLines(view: PlanView, paint: Paint): string[] {
  const { carried, total, left } = view.routes;
  const rehearsed = view.rehearsed ? paint.green("rehearsed") : paint.yellow("not rehearsed");
  return [
    `${paint.bold("Plan")}  strategy ${view.strategy}, trust ${view.trust}, ${rehearsed}`,
    `  moves ${carried} of ${countText(total, "imported host")} in ${countText(view.phases.length, "phase")}`,
    ...left.slice(0, 10).flatMap((id) => hanging("  stays on federation: ", visibleText(id.replace("|", ": ")), paint.columns).map(paint.yellow)),
    ...(left.length > 10 ? [paint.yellow(`  … and ${left.length - 10} more stay on federation`)] : []),
    ...legendLine(paint),
  ];
}

function legendLine(paint: Paint): string[] {
  const legend = ["+ create", "~ change", "- delete", "↻ restart", "… wait", "? confirm"].join("   ");
  return hanging("  ", legend, paint.columns).map(paint.dim);
}

/** One phase: its rule, gate, steps, checks and undo. */
export function phaseLines(phase: PhaseView, paint: Paint): string[] {
  const name = `${phase.number} ${phase.id} `;
  const counts = ` ${phaseCounts(phase)}`;
  const rule = "─".repeat(Math.max(2, paint.columns - displayWidth(name) - displayWidth(counts)));
  const lines = [`${paint.bold(paint.cyan(name))}${paint.dim(rule)}${counts}`];
  lines.push(...hanging("  ", phase.purpose, paint.columns).map(paint.dim));
  if (phase.gate !== "") lines.push(...labelled("  begins when ", phase.gate, paint));
  lines.push(...stepsText(phase.steps, paint));
  for (const verify of phase.verify) lines.push(...labelled("  verify      ", verify, paint));
  lines.push(...undoLines(phase, paint));
  return lines;
}

function undoLines({ steps, reversible, lost }: PhaseView, paint: Paint): string[] {
  if (steps.length === 0) return [];
  const text = reversible
    ? "the steps in reverse order restore what was before"
    : `does not restore everything${lost.length > 0 ? `: ${lost.join("; ")}` : ""}`;
  const lines = labelled("  undo        ", text, paint);
  return reversible ? lines : lines.map(paint.yellow);
}

function labelled(label: string, text: string, paint: Paint): string[] {
  return hanging(label, visibleText(text), paint.columns);
}

function phaseCounts({ steps, counts }: PhaseView): string {
  if (steps.length === 0) return "nothing to do";
  const names = { create: "create", change: "change", patch: "patch", delete: "delete", restart: "restart", wait: "wait", confirm: "confirm" };
  const entries = Object.entries(names).flatMap(([kind, noun]) => {
    const count = counts[kind as keyof typeof counts];
    return count === 0 ? [] : [`${count} ${noun}`];
  });
  return entries.join(", ");
}

/** What the whole plan costs, how clients move, and which values it finds out on the way. */
function costLines({ cost, waves, slots }: PlanView, paint: Paint): string[] {
  const lines = [paint.bold("What it costs")];
  const label = (name: string) => `  ${name.padEnd(10)}`;
  lines.push(...labelled(label("writes"), writesText(cost), paint));
  lines.push(...labelled(label("restarts"), namesText(cost.restarts.map((ref) => refText(ref))), paint));
  lines.push(...labelled(label("deletes"), namesText(cost.deletes.map((ref) => refText(ref))), paint));
  for (const { importer, number, namespaces } of waves) {
    const name = number === 1 ? "canary" : `wave ${number}`;
    lines.push(...labelled(label(name), `${importer}: ${namesText(namespaces)}`, paint));
  }
  for (const { id, from } of slots) {
    lines.push(...labelled(label("learns"), `${id} from ${refText(from)}, when it exists`, paint));
  }
  return lines;
}

function writesText({ writes }: CostView): string {
  const parts = Object.entries(writes).map(([cluster, count]) => `${count} in ${cluster}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** Names in a row; of many, the first and the number of the others. */
function namesText(names: readonly string[]): string {
  const shown = 12;
  if (names.length === 0) return "none";
  const head = names.slice(0, shown).join(", ");
  return names.length > shown ? `${head}, … and ${names.length - shown} more` : head;
}
