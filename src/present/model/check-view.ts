// What the checks answered and everything that was found: the JSON output of `check`. Works nothing out about meshes.
import type { Finding } from "../../core/finding.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Answer, MissingKinds } from "../../findings/checks/check.ts";
import { type CheckName, checks } from "../../findings/checks/registry.ts";
import { countSeverities, type FindingView, findingViews, type SeverityCounts } from "./finding-view.ts";

export interface CheckedView {
  readonly name: CheckName;
  /** What is so where the check holds. */
  readonly fact: string;
  readonly answer: Answer["answer"];
  /** The codes that it answered with, sorted. */
  readonly codes: readonly string[];
  /** Kinds that would have to be supplied for an answer, by cluster. */
  readonly missing: readonly MissingKinds[];
}

export interface CheckView {
  readonly apiVersion: "meshferry/check.v1";
  readonly counts: SeverityCounts;
  readonly answers: Readonly<Record<"held" | "violated" | "notChecked", number>>;
  readonly checks: readonly CheckedView[];
  readonly findings: readonly FindingView[];
}

/** The view of the checks' answers and of all findings, those of reading and planning included. */
export function checkView(answers: ReadonlyMap<CheckName, Answer>, findings: readonly Finding[]): CheckView {
  const views = [...answers].map(([name, answer]) => checkedView(name, answer));
  const count = (answer: Answer["answer"]) => views.filter((each) => each.answer === answer).length;
  return {
    apiVersion: "meshferry/check.v1",
    counts: countSeverities(findings),
    answers: { held: count("held"), violated: count("violated"), notChecked: count("not-checked") },
    checks: views,
    findings: findingViews(findings),
  };
}

function checkedView(name: CheckName, answer: Answer): CheckedView {
  return {
    name,
    fact: checks[name].fact,
    answer: answer.answer,
    codes: sortedUnique(answer.findings.map(({ code }) => code)),
    missing: answer.missing,
  };
}
