// An ImportedServiceSet made ready for many offered hosts. Its rules match the name that the exporter's alias left.
import type { ImportedServiceSet } from "../../inventory/kinds/imported-service-set.ts";
import type { VoidedRule } from "./export-rules.ts";
import { isWildcard, mapName, type ServiceName } from "./name-mapping.ts";
import { localSuffix } from "./registry-service.ts";
import { type CompiledRule, firstMatch, type RuleMatch } from "./rule-order.ts";

export type ImportRuleFields = ImportedServiceSet["spec"]["importRules"][number];

export type ImportRuleVoid =
  | { readonly why: "unknown-type"; readonly type: string }
  | { readonly why: "missing-name-selector" }
  | { readonly why: "local-without-fixed-namespace" }
  | { readonly why: "suffix-is-the-clusters"; readonly suffix: string };

export interface ImportRules {
  readonly voided: readonly VoidedRule<ImportRuleVoid>[];
  readonly match: (exported: ServiceName) => RuleMatch | null;
}

export interface ImportSuffixes {
  /** For rules without a suffix in a set without one. */
  readonly defaultSuffix: string;
  /** `svc.` and the cluster's domain: hosts that end in it are local. */
  readonly localSuffix: string;
}

/** (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go) */
export function importSuffixes(peerName: string, clusterDomain = ""): ImportSuffixes {
  return { defaultSuffix: `svc.${peerName}-imports.local`, localSuffix: localSuffix(clusterDomain) };
}

function compileRule(
  rule: ImportRuleFields,
  index: number,
  setSuffix: string,
  local: string,
): CompiledRule<ServiceName> | ImportRuleVoid {
  const { type, nameSelector, importAsLocal } = rule;
  if (type !== "NameSelector") return { why: "unknown-type", type };
  if (nameSelector === null) return { why: "missing-name-selector" };
  const own = rule.domainSuffix === "" ? setSuffix : rule.domainSuffix;
  if (importAsLocal && isWildcard(nameSelector.alias?.namespace ?? "")) return { why: "local-without-fixed-namespace" };
  // As local, whatever suffix the rule names is not looked at; otherwise only the exact suffix of the cluster is refused.
  if (!importAsLocal && own === local) return { why: "suffix-is-the-clusters", suffix: own };
  const suffix = importAsLocal ? local : own;
  return { index, selects: nameSelector, map: (service) => mapName(nameSelector, service, suffix) };
}

/** Compiles a set's rules for the peer of the same name (Maistra 2.5, pkg/servicemesh/federation/common/imports.go). */
export function compileImportRules(
  set: Pick<ImportedServiceSet, "spec"> | null,
  suffixes: ImportSuffixes,
): ImportRules {
  const ofSet = set?.spec.domainSuffix ?? "";
  const setSuffix = ofSet === "" ? suffixes.defaultSuffix : ofSet;
  const rules: CompiledRule<ServiceName>[] = [];
  const voided: VoidedRule<ImportRuleVoid>[] = [];
  for (const [index, fields] of (set?.spec.importRules ?? []).entries()) {
    const rule = compileRule(fields, index, setSuffix, suffixes.localSuffix);
    if ("why" in rule) voided.push({ index, void: rule });
    else rules.push(rule);
  }
  return { voided, match: firstMatch(rules) };
}
