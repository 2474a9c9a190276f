// What a calibration gave, as a page for docs/proof. Pure.
import { groupBy, sortedBy, sortedUnique } from "../../src/core/order.ts";
import { reasonCodes } from "../../src/dataplane/reached.ts";
import { knownGaps } from "./known-gaps.ts";
import type { Result } from "./run-cases.ts";

export interface Run {
  /** In UTC, "2026-11-29". */
  readonly date: string;
  readonly seed: number;
  readonly slots: number;
  readonly minutes: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

export interface Tally {
  readonly cases: number;
  readonly agree: number;
  readonly failing: number;
}

export function tallyOf(results: readonly Result[]): Tally {
  return {
    cases: results.length,
    agree: results.filter(({ agrees }) => agrees).length,
    failing: results.filter(({ predicted }) => predicted.state !== "ok").length,
  };
}

/** "300 cases, 168 of them predicted to fail: 299 agree (99.7 %)". */
export function tallyText({ cases, agree, failing }: Tally): string {
  return `${cases} cases, ${failing} of them predicted to fail: ${agree} agree (${percent(agree, cases)})`;
}

/** Differences that are no known gaps, and known gaps that are none any more. */
export function surprises(results: readonly Result[]): readonly string[] {
  const open = new Set(Object.keys(knownGaps));
  return results.flatMap((result) => {
    if (!result.agrees && !open.has(result.what)) return [differenceText(result)];
    return result.agrees && open.has(result.what) ? [`${result.what}: the known gap has closed`] : [];
  });
}

export function differenceText({ index, what, differs, predicted, seen }: Result): string {
  const { state, path, seenAs, good, of, reasons } = predicted;
  const codes = sortedUnique(reasons.map(({ code }) => code));
  const said = [`predicted ${state} ${path} ${good}/${of}`, ...seenAs, ...codes].join(", ");
  const met = [`seen ${seen.state} ${seen.path} ${seen.good}/${seen.of}`, ...seen.seenAs, ...seen.failures].join(", ");
  const words = [...seen.flags, ...seen.said].map((each) => `\`${each.replaceAll(/[`|\n]/gu, " ")}\``).join(" ");
  return `case ${index}, ${what}: ${differs.join(" and ")} (${said}; ${met}) ${words}`.trimEnd();
}

export function reportText(run: Run): string {
  const { results } = run;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const codesOf = ({ predicted }: Result): readonly string[] => sortedUnique(predicted.reasons.map(({ code }) => code));
  const rows = [...reasonCodes].map((code) =>
    row(
      `\`${code}\``,
      results.filter((each) => codesOf(each).includes(code)),
    ),
  );
  const arriving = groupBy(
    results.filter(({ predicted }) => predicted.state === "ok"),
    ({ predicted }) => predicted.path,
  );
  const arrives = sortedBy(arriving, ([path]) => path).map(([path, all]) => row(path, all));
  const differences = results.filter(({ agrees }) => !agrees).map((each) => `- ${differenceText(each)}`);
  const gaps = Object.entries(knownGaps).map(([what, why]) => `- ${what}: ${why}`);
  return [
    "# Calibration",
    "",
    "Small worlds with one change each, drawn from a seed, on two federated meshes of the lab: what real clients met, against what the rehearsal's model said from the objects of the same clusters. Written by `npm run lab -- calibrate`; how it is done stands in [lab.md](../lab.md).",
    "",
    `${run.date}, seed ${run.seed}, ${versions.join(", ")}; ${run.minutes.toFixed(1)} min with ${run.slots} cases side by side.`,
    "",
    `**${tallyText(tallyOf(results))}.**`,
    "",
    "| predicted to fail | predicted | seen to fail | agree |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    'A case counts for each reason that the model names. "Agree" is the whole of it: whether requests arrive, all or some; by which path; whom the server sees; and how each failure looks to the client. Reasons without a case are those that the lab cannot make ([rehearse.md](../rehearse.md)).',
    "",
    "| predicted to arrive by | predicted | seen to fail | agree |",
    "| --- | --- | --- | --- |",
    ...arrives,
    "",
    "## Differences",
    "",
    ...(differences.length === 0 ? ["None."] : differences),
    "",
    "## Known gaps",
    "",
    ...(gaps.length === 0 ? ["None."] : gaps),
    "",
    "## Changes",
    "",
    "| change | cases | agree |",
    "| --- | --- | --- |",
    ...sortedBy(
      groupBy(results, ({ what }) => what),
      ([what]) => what,
    ).map(([what, all]) => `| ${what} | ${all.length} | ${tallyOf(all).agree} |`),
    "",
  ].join("\n");
}

function row(name: string, results: readonly Result[]): string {
  const failed = results.filter(({ seen }) => seen.state !== "ok").length;
  return `| ${name} | ${results.length} | ${failed} | ${tallyOf(results).agree} |`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
}
