// Findings for people: the gravest first, each code once with why and what to do, and every place. Knows no check.
import { groupBy } from "../../core/order.ts";
import type { Severity } from "../../core/finding.ts";
import { countText } from "../model/count-text.ts";
import { type FindingView, severities, type SeverityCounts } from "../model/finding-view.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** So many findings of one code are shown; the JSON output holds all. */
const shownOfOneCode = 12;
const shownPlaces = 6;

const headings = { block: "BLOCKING", warn: "WARNING", info: "FOR YOUR INFORMATION" } as const satisfies Readonly<
  Record<Severity, string>
>;

/** The findings' lines; one line where there are none. */
export function findingsText(findings: readonly FindingView[], paint: Paint): string[] {
  if (findings.length === 0) return [paint.green("No findings.")];
  const lines: string[] = [];
  for (const severity of severities) {
    const ofSeverity = findings.filter((finding) => finding.severity === severity);
    if (ofSeverity.length === 0) continue;
    if (lines.length > 0) lines.push("");
    lines.push(severityPaint(severity, paint)(paint.bold(`${headings[severity]} (${ofSeverity.length})`)));
    for (const ofCode of groupBy(ofSeverity, ({ code }) => code).values()) lines.push(...codeLines(ofCode, paint));
  }
  return lines;
}

/** The heading of the section, with the numbers of findings. */
export function findingsHeading(counts: SeverityCounts, paint: Paint): string[] {
  const [first = "", ...others] = hanging("Findings  ", countsText(counts), paint.columns);
  return [paint.bold("Findings") + paint.dim(first.slice("Findings".length)), ...others.map(paint.dim)];
}

/** "2 findings block, 1 warns, 3 for information". */
export function countsText({ block, warn, info }: SeverityCounts): string {
  const parts = [
    block > 0 ? `${countText(block, "finding")} ${block === 1 ? "blocks" : "block"}` : "nothing blocks",
    ...(warn > 0 ? [countText(warn, "warning")] : []),
    ...(info > 0 ? [`${info} for information`] : []),
  ];
  return parts.join(", ");
}

function codeLines(findings: readonly FindingView[], paint: Paint): string[] {
  const lines: string[] = [];
  const [first] = findings;
  if (!first) return [];
  lines.push(`  ${severityPaint(first.severity, paint)(first.code)} ${paint.bold(first.name)}`);
  for (const { message, where } of findings.slice(0, shownOfOneCode)) {
    lines.push(...hanging("    ", visibleText(message), paint.columns));
    for (const place of where.slice(0, shownPlaces)) {
      lines.push(...hanging("      at  ", visibleText(place), paint.columns).map(paint.dim));
    }
    if (where.length > shownPlaces) lines.push(paint.dim(`      and ${where.length - shownPlaces} more places`));
  }
  if (findings.length > shownOfOneCode) {
    lines.push(paint.dim(`    … and ${findings.length - shownOfOneCode} more of ${first.code} (-o json shows all)`));
  }
  lines.push(...hanging("    why   ", visibleText(first.why), paint.columns));
  const todos = [...new Set(findings.slice(0, shownOfOneCode).map(({ todo }) => todo))];
  for (const todo of todos.slice(0, shownPlaces))
    lines.push(...hanging("    do    ", visibleText(todo), paint.columns));
  return lines;
}

function severityPaint(severity: Severity, paint: Paint): (text: string) => string {
  return { block: paint.red, warn: paint.yellow, info: paint.cyan }[severity];
}
