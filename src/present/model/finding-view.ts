// A finding with its texts: what every drawing and the JSON output show of it. Knows no producer of findings.
import type { Finding, Severity } from "../../core/finding.ts";
import type { Json } from "../../core/json.ts";
import { type ObjectRef, type Origin, refText } from "../../core/object-ref.ts";
import { sortedBy } from "../../core/order.ts";
import { findCode } from "../../findings/codes/catalogue.ts";
import { filledText } from "../../findings/finding-message.ts";

export interface FindingView {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly why: string;
  readonly todo: string;
  /** "file:line" or "CLUSTER: Kind NAMESPACE/NAME", for people; the same order as `subjects`. */
  readonly where: readonly string[];
  readonly subjects: readonly (ObjectRef | Origin)[];
  readonly params: Readonly<Record<string, Json>>;
}

export interface SeverityCounts {
  readonly block: number;
  readonly warn: number;
  readonly info: number;
}

/** The order in which severities are shown, the gravest first. */
export const severities = ["block", "warn", "info"] as const satisfies readonly Severity[];

/** The finding's texts from the catalogue, with its parameters in their places. */
export function findingView(finding: Finding): FindingView {
  const text = findCode(finding.code);
  return {
    code: finding.code,
    name: text?.name ?? "unknown-code",
    severity: finding.severity,
    message: text ? filledText(text.message, finding.params) : JSON.stringify(finding.params),
    why: text?.why ?? "",
    todo: text ? filledText(text.todo, finding.params) : "",
    where: finding.subjects.map(placeText),
    subjects: finding.subjects,
    params: finding.params,
  };
}

/** Views of findings: the gravest first, then by code, place and message. */
export function findingViews(findings: readonly Finding[]): FindingView[] {
  return sortedBy(
    findings.map(findingView),
    ({ severity }) => String(severities.indexOf(severity)),
    ({ code }) => code,
    ({ where }) => where.join("|"),
    ({ message }) => message,
  );
}

export function countSeverities(findings: readonly { readonly severity: Severity }[]): SeverityCounts {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { block: count("block"), warn: count("warn"), info: count("info") };
}

/** Where a finding's subject stands: "file:line" or "file", "cluster NAME" or "CLUSTER: Kind NAMESPACE/NAME". */
export function placeText(subject: ObjectRef | Origin): string {
  if ("kind" in subject) return refText(subject);
  if ("file" in subject) return subject.line === 0 ? subject.file : `${subject.file}:${subject.line}`;
  return `cluster ${subject.cluster}`;
}
