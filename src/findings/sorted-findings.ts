// The one order in which findings are shown and written: by code, then by what they are about; each once.
import type { Finding } from "../core/finding.ts";
import { canonicalJson } from "../core/json.ts";
import { type ObjectRef, type Origin, refKey } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";

/** The findings in order. Codes have three digits, so their text order is their number's. */
export function sortedFindings(findings: Iterable<Finding>): Finding[] {
  const byKey = new Map([...findings].map((finding) => [keyOf(finding), finding]));
  return sortedBy(byKey.entries(), ([key]) => key).map(([, finding]) => finding);
}

function keyOf({ code, subjects, params }: Finding): string {
  return `${code}|${subjects.map(subjectKey).join("|")}|${canonicalJson(params)}`;
}

function subjectKey(subject: ObjectRef | Origin): string {
  if ("kind" in subject) return refKey(subject);
  return "file" in subject ? `${subject.file}:${String(subject.line).padStart(8, "0")}` : subject.cluster;
}
