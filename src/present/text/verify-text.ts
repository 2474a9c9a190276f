// What `verify` saw, for people: one line for each pair, and below it what is wrong with it.
import type { FindingView } from "../model/finding-view.ts";
import type { VerifiedPair, VerifiedState, VerifyView } from "../model/verify-view.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

export function verifyText(view: VerifyView, paint: Paint): string[] {
  const { counts, fresh } = view;
  const from = fresh ? "freshly started proxies" : "the clients' own pods";
  const summary = `${counts.ok} of ${counts.pairs} pairs get through, from ${from}${
    counts.notChecked > 0 ? `; ${counts.notChecked} not checked` : ""
  }`;
  return [
    ...section("Control planes and peers", view.states, paint),
    ...section("Gateways, by the names that they pass on", view.gateways, paint),
    paint.bold("Requests"),
    ...table(
      [
        { title: "CLIENT", least: 12 },
        { title: "HOST", least: 16 },
        { title: "PORT" },
        { title: "PATH", least: 9 },
        { title: "REQUESTS" },
      ],
      view.pairs.map((pair) => rowOf(pair)),
      paint,
    ),
    ...uniqueFindings(view.pairs.flatMap(({ seen }) => seen)).flatMap((finding) => findingLines(finding, paint)),
    "",
    ...hanging("", visibleText(`${summary}.`), paint.columns),
  ];
}

function section(title: string, states: readonly VerifiedState[], paint: Paint): string[] {
  if (states.length === 0) return [];
  const lines = states.flatMap(({ what, holds, seen }) => [
    ...hanging(`  ${holds ? paint.green("✓") : paint.red("✗")} `, visibleText(what), paint.columns),
    ...(seen === null ? [] : findingLines(seen, paint)),
  ]);
  return [paint.bold(title), ...lines, ""];
}

function rowOf({ client, host, port, path, requests, answered, sent, holds }: VerifiedPair): string[] {
  const name = `${client.cluster} ${client.namespace ?? ""}/${client.name}`;
  const said = requests === "not-checked" ? "not checked" : `${holds ? "ok" : "no"}, ${answered} of ${sent}`;
  return [name, host, String(port), path, said].map(visibleText);
}

function findingLines({ code, message, todo }: FindingView, paint: Paint): string[] {
  return [
    ...hanging(`    ${code} `, visibleText(message), paint.columns),
    ...hanging("      do: ", visibleText(todo), paint.columns),
  ];
}

function uniqueFindings(findings: readonly FindingView[]): FindingView[] {
  return [...new Map(findings.map((each) => [`${each.code} ${each.message}`, each])).values()];
}
