// The drawing of a plan for the person who carries it out: phase by phase, gate, steps, undo; then cost and findings.
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { countText } from "../model/count-text.ts";
import type { PhaseView, PlanView, SetsUpView } from "../model/plan-view.ts";
import type { StepKind } from "../model/step-view.ts";
import { displayWidth } from "./display-width.ts";
import { findingsHeading, findingsText } from "./findings-text.ts";
import type { Paint } from "./paint.ts";
import { firewallText } from "./firewall-text.ts";
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
    ...firewallText(view.firewall, paint),
    ...findingsHeading(view.counts, paint),
    ...findingsText(view.findings, paint),
  ];
}

/** What the plan is, what it moves and what it leaves. */
function headLines(view: PlanView, paint: Paint): string[] {
  if (view.setsUp !== null) return scaffoldHeadLines(view, view.setsUp, paint);
  const { carried, total, left } = view.routes;
  const mark = view.rehearsed ? "rehearsed" : "not rehearsed";
  const colour = view.rehearsed ? paint.green : paint.yellow;
  const about = `strategy ${view.strategy}, trust ${view.trust}, ${mark}`;
  const moves = `moves ${carried} of ${countText(total, "imported host")} in ${countText(view.phases.length, "phase")}`;
  return [
    ...hanging("Plan  ", about, paint.columns).map((line) =>
      line.replace(/^Plan/u, (word) => paint.bold(word)).replace(mark, (words) => colour(words)),
    ),
    ...hanging("  ", moves, paint.columns),
    ...left
      .slice(0, 10)
      .flatMap((id) =>
        hanging("  stays on federation: ", visibleText(id.replace("|", ": ")), paint.columns).map(paint.yellow),
      ),
    ...(left.length > 10 ? [paint.yellow(`  … and ${left.length - 10} more stay`)] : []),
    ...legendLine(paint),
  ];
}

function scaffoldHeadLines({ phases }: PlanView, { meshes, links }: SetsUpView, paint: Paint): string[] {
  const about = `sets up ${countText(meshes, "mesh")} with ${countText(links, "link")} in ${countText(phases.length, "phase")}`;
  return [
    ...hanging("Scaffold  ", about, paint.columns).map((line) =>
      line.replace(/^Scaffold/u, (word) => paint.bold(word)),
    ),
    ...legendLine(paint),
  ];
}

function legendLine(paint: Paint): string[] {
  const legend = ["+ create", "~ change", "- delete", "↻ restart", "… wait", "? confirm"].join("   ");
  return hanging("  ", legend, paint.columns).map(paint.dim);
}

/** One phase: its rule, gate, steps, checks and undo. */
export function phaseLines(phase: PhaseView, paint: Paint): string[] {
  const lines = phaseHeading(phase, paint);
  if (phase.steps.length === 0) return lines;
  lines.push(...labelled("  begins when ", phase.gate, paint));
  lines.push(...stepsText(phase.steps, paint));
  lines.push(
    ...labelled(
      "  verify      ",
      phase.verify.map((probes) => `requests pass: ${probes}`),
      paint,
    ),
  );
  lines.push(...undoLines(phase, paint));
  return lines;
}

/** The phase's rule, and what it is for. */
export function phaseHeading(phase: PhaseView, paint: Paint): string[] {
  return [
    ...headingLines(`${phase.number} ${phase.id} `, phaseCounts(phase), paint),
    ...hanging("  ", phase.purpose, paint.columns).map(paint.dim),
  ];
}

/** The phase's name and counts on one rule; in a narrow terminal the counts stand below. */
function headingLines(name: string, counts: string, paint: Paint): string[] {
  const room = paint.columns - displayWidth(name) - displayWidth(counts) - 1;
  const rule = (columns: number) => paint.bold(paint.cyan(name)) + paint.dim("─".repeat(Math.max(0, columns)));
  if (room >= 2) return [`${rule(room)} ${counts}`];
  return [rule(paint.columns - displayWidth(name)), ...hanging("  ", counts, paint.columns)];
}

function undoLines({ steps, reversible, lost }: PhaseView, paint: Paint): string[] {
  const confirmed = steps.find(({ kind }) => kind === "confirm");
  const why = lost.length > 0 ? `: ${lost.join("; ")}` : confirmed ? ` (step ${confirmed.number} names what)` : "";
  const text = reversible
    ? "the steps in reverse order restore what was before"
    : `does not bring everything back${why}`;
  const lines = labelled("  undo        ", [text], paint);
  return reversible ? lines : lines.map(paint.yellow);
}

/** A label with a text, or with several below each other. */
function labelled(label: string, texts: readonly string[], paint: Paint): string[] {
  return texts.flatMap((text, at) =>
    hanging(at === 0 ? label : " ".repeat(label.length), visibleText(text), paint.columns),
  );
}

const countNouns = {
  create: "create",
  change: "change",
  patch: "patch",
  delete: "delete",
  restart: "restart",
  wait: "wait",
  confirm: "confirmation",
} as const satisfies Readonly<Record<StepKind, string>>;

function phaseCounts({ steps, counts }: PhaseView): string {
  if (steps.length === 0) return "nothing to do";
  const kinds = Object.keys(countNouns) as StepKind[];
  return kinds.flatMap((kind) => (counts[kind] === 0 ? [] : [countText(counts[kind], countNouns[kind])])).join(", ");
}

/** What the whole plan costs, how clients move, and which values it finds out on the way. */
function costLines({ cost, waves, slots }: PlanView, paint: Paint): string[] {
  const label = (name: string) => `  ${name.padEnd(10)}`;
  const writes = Object.entries(cost.writes).map(([cluster, count]) => `${count} in ${cluster}`);
  return [
    paint.bold("What it costs"),
    ...labelled(label("writes"), [writes.length === 0 ? "none" : writes.join(", ")], paint),
    ...labelled(label("restarts"), shownRefs(cost.restarts), paint),
    ...labelled(label("deletes"), shownRefs(cost.deletes), paint),
    ...waves.flatMap(({ importer, number, namespaces }) => {
      const name = number === 1 && namespaces.length === 1 ? "canary" : `wave ${number}`;
      return labelled(label(name), [`${importer}: ${waveText(namespaces)}`], paint);
    }),
    ...labelled(label("learns"), slots.map(slotText), paint),
  ];
}

const shown = 12;

function shownRefs(refs: readonly ObjectRef[]): string[] {
  const head = refs.slice(0, shown).map((ref) => refText(ref));
  if (refs.length > shown) head.push(`… and ${refs.length - shown} more`);
  return head.length === 0 ? ["none"] : head;
}

function waveText(namespaces: readonly string[]): string {
  if (namespaces.includes("*")) return "every namespace";
  return namespaces.length === 0 ? "nobody, no client is known" : shownNames(namespaces);
}

function shownNames(names: readonly string[]): string {
  const head = names.slice(0, shown).join(", ");
  return names.length > shown ? `${head}, … and ${names.length - shown} more` : head;
}

function slotText(slot: PlanView["slots"][number]): string {
  switch (slot.type) {
    case "addresses":
    case "plain-addresses":
      return `the addresses of ${refText(slot.from)}, when it exists`;
    case "node-port":
      return `the node port for port ${slot.port} of ${refText(slot.from)}, when it exists`;
    case "node-addresses":
      return `which nodes of ${slot.cluster} there are`;
  }
}
