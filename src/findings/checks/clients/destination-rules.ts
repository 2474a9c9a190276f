// The rules by which clients call an imported host go on to fit: they are found where they are looked for, and let mTLS be.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import {
  copyableRule,
  type LeftBehind,
  rulesLeftBehind,
  type RuleUse,
  ruleUses,
  subsetWorks,
  tlsTrouble,
} from "../../../target/client-rules.ts";
import {
  destinationRuleCopied,
  destinationRuleLeft,
  destinationRuleSubsets,
  destinationRuleTls,
  subsetsEmpty,
  subsetsNamed,
} from "../../codes/clients.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ inventory, target }) =>
  [...groupBy(target.carried, ({ importer }) => importer.mesh.id).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const uses = ruleUses(clusterOf(inventory, first.importer.mesh), group);
    const byRule = groupBy(uses, ({ rule }) => refKey(rule.ref));
    // A local Service that is joined stays where it is, and so do its rules.
    const moved = uses.filter(({ carried }) => carried.join === null);
    return [
      ...[...byRule.values()].flatMap((ofOne) => ofRule(ofOne, group)),
      ...rulesLeftBehind(moved).flatMap(ofLeft),
    ];
  });

/** What is to be said of a rule, whichever of its hosts it is about. */
function ofRule(uses: readonly RuleUse[], group: readonly CarriedRoute[]): Finding[] {
  const [first] = uses;
  if (!first) return [];
  const { rule } = first;
  const hosts = new Set<string>(uses.map(({ carried }) => carried.route.host));
  const facts = { rule: refText(rule.ref), host: fewNames(sortedUnique(hosts)) };
  const exporters = sortedUnique(
    group.filter(({ route }) => hosts.has(route.host)).map(({ exporter }) => exporter.mesh.id),
  );
  const subsets = (works: ReturnType<typeof subsetWorks>): string =>
    rule.view.spec.subsets
      .filter((subset) => subsetWorks(subset) === works)
      .map(({ name }) => name)
      .join(", ");
  const settings = tlsTrouble(rule).join(", ");
  const bound = subsets("by-endpoint");
  const named = subsets("by-name");
  const empty = subsets("never");
  return [
    ...(settings ? [destinationRuleTls.at([rule.ref], { ...facts, settings })] : []),
    ...(bound ? [destinationRuleSubsets.at([rule.ref], { ...facts, subsets: bound })] : []),
    ...(named ? [subsetsNamed.at([rule.ref], { ...facts, subsets: named, exporters: fewNames(exporters) })] : []),
    ...(empty ? [subsetsEmpty.at([rule.ref], { ...facts, subsets: empty })] : []),
  ];
}

function ofLeft(left: LeftBehind): Finding[] {
  const { carried, rules } = left;
  const facts = {
    rule: rules.map(({ ref }) => refText(ref)).join(" and "),
    host: carried.route.host,
    home: carried.route.homeNamespace,
    namespace: carried.importer.entryNamespace,
  };
  const subjects = rules.map(({ ref }) => ref);
  if (copyableRule(left)) return [destinationRuleCopied.at(subjects, facts)];
  const reason = rules.length > 1 ? "several rules are one by their age" : "its settings do not fit the new path";
  return [destinationRuleLeft.at(subjects, { ...facts, reason })];
}

export const destinationRules: Check = {
  fact: "The DestinationRules of imported hosts are found as before, and leave mTLS to Istio",
  codes: [
    destinationRuleCopied,
    destinationRuleLeft,
    destinationRuleSubsets,
    destinationRuleTls,
    subsetsEmpty,
    subsetsNamed,
  ],
  reads: ["DestinationRule.networking.istio.io"],
  run,
};
