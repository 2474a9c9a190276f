// Whether an import can ever match what is exported to it.
import { scaffoldNotExported } from "../findings/codes/scaffold.ts";
import type { ScaffoldFile } from "./config-shape.ts";
import { type Problem, wrong } from "./problem.ts";
import { exportRuleOf, importRuleOf, linkedWith, linksOf, targetsOf } from "./resolve.ts";
import type { ExportRule, Pattern } from "./scaffold.ts";

/** Import rules whose pattern has nothing in common with any exported name, and export rules that are none. */
export function checkRules(file: ScaffoldFile): Problem[] {
  const links = linksOf(file);
  const offered = new Map<string, Pattern[]>();
  const problems: Problem[] = [];
  for (const [index, { from, to, services }] of file.exports.entries()) {
    for (const [at, line] of services.entries()) {
      const way = ["exports", index, "services", at];
      if (typeof line === "string") continue;
      const byName = line.service !== undefined;
      const byLabels = line.labels !== undefined || line.expressions !== undefined;
      if (byName === byLabels) problems.push(wrong(way, "needs either service, or labels or expressions"));
      if (byName && line.aliases !== undefined) problems.push(wrong(way, "has aliases; with service write as"));
      if (byName && line.namespace !== undefined)
        problems.push(wrong(way, "has namespace, which service names already"));
      if (!byName && line.as !== undefined) problems.push(wrong(way, "has as; with labels write aliases"));
    }
    const names = services.map(exportRuleOf).flatMap(exportedNames);
    for (const target of targetsOf(to, linkedWith(links, from))) {
      const key = `${from} ${target}`;
      offered.set(key, [...(offered.get(key) ?? []), ...names]);
    }
  }
  for (const [index, { into, from, services }] of file.imports.entries()) {
    const names = offered.get(`${from} ${into}`) ?? [];
    for (const [at, line] of services.entries()) {
      const { service } = importRuleOf(line);
      if (names.some((name) => overlaps(name, service))) continue;
      const params = { service: patternText(service), exporter: from, importer: into };
      problems.push({
        at: ["imports", index, "services", at],
        finding: (place, field) => scaffoldNotExported.at([place], { field, ...params }),
      });
    }
  }
  return problems;
}

/** The names that a rule can give, as patterns. */
function exportedNames({ service, as, labels }: ExportRule): Pattern[] {
  if (service !== null) return [renamed(service, as)];
  if (labels === null) return [];
  const { namespace, aliases } = labels;
  return [...aliases.map((alias) => renamed(alias.service, alias.as)), { namespace, name: null }];
}

/** An alias keeps the half that it does not state. */
function renamed(from: Pattern, as: Pattern | null): Pattern {
  return { namespace: as?.namespace ?? from.namespace, name: as?.name ?? from.name };
}

function overlaps(one: Pattern, other: Pattern): boolean {
  const half = (left: string | null, right: string | null) => left === null || right === null || left === right;
  return half(one.namespace, other.namespace) && half(one.name, other.name);
}

export function patternText({ namespace, name }: Pattern): string {
  return `${namespace ?? "*"}/${name ?? "*"}`;
}
