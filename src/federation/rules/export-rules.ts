// An ExportedServiceSet made ready for many services: rules that istiod skips are set aside with the reason, the rest is compiled.
import type { ExportedServiceSet } from "../../inventory/kinds/exported-service-set.ts";
import { compileLabelSelector } from "./label-selector.ts";
import { type MappedName, mapName, mappedName } from "./name-mapping.ts";
import type { RegistryService } from "./registry-service.ts";
import { type CompiledRule, firstMatch, type RuleMatch } from "./rule-order.ts";

export type ExportRuleFields = ExportedServiceSet["spec"]["exportRules"][number];

export type ExportRuleVoid =
  | { readonly why: "unknown-type"; readonly type: string }
  | { readonly why: "missing-name-selector" }
  | { readonly why: "missing-label-selector" }
  | { readonly why: "invalid-label-selector"; readonly problem: string };

/** A rule that istiod skips. It is only logged; no status says so. */
export interface VoidedRule<W> {
  readonly index: number;
  readonly void: W;
}

export interface ExportRules {
  readonly voided: readonly VoidedRule<ExportRuleVoid>[];
  /** The deciding rule of a service, by the rules alone. */
  readonly match: (service: RegistryService) => RuleMatch | null;
}

export function exportSuffix(peerName: string): string {
  return `svc.${peerName}-exports.local`;
}

function labelRule(
  index: number,
  selector: NonNullable<ExportRuleFields["labelSelector"]>,
  suffix: string,
): CompiledRule<RegistryService> | ExportRuleVoid {
  const compiled = compileLabelSelector(selector.selector);
  if (!compiled.valid) return { why: "invalid-label-selector", problem: compiled.problem };
  const map = (service: RegistryService): MappedName | null => {
    if (!compiled.matches(service.labels)) return null;
    for (const alias of selector.aliases) {
      const name = mapName(alias, service, suffix);
      if (name !== null) return name;
    }
    return mappedName(service.name, service.namespace, suffix);
  };
  return { index, selects: { name: "", namespace: selector.namespace }, map };
}

/** The type alone says which selector counts; the other one is not looked at. */
function compileRule(
  rule: ExportRuleFields,
  index: number,
  suffix: string,
): CompiledRule<RegistryService> | ExportRuleVoid {
  const { type, nameSelector, labelSelector } = rule;
  if (type === "NameSelector") {
    if (nameSelector === null) return { why: "missing-name-selector" };
    return { index, selects: nameSelector, map: (service) => mapName(nameSelector, service, suffix) };
  }
  if (type !== "LabelSelector") return { why: "unknown-type", type };
  return labelSelector === null ? { why: "missing-label-selector" } : labelRule(index, labelSelector, suffix);
}

/** Compiles a set's rules for the peer of the same name (Maistra 2.5, pkg/servicemesh/federation/common/exports.go). */
export function compileExportRules(set: Pick<ExportedServiceSet, "spec"> | null, peerName: string): ExportRules {
  const suffix = exportSuffix(peerName);
  const rules: CompiledRule<RegistryService>[] = [];
  const voided: VoidedRule<ExportRuleVoid>[] = [];
  for (const [index, fields] of (set?.spec.exportRules ?? []).entries()) {
    const rule = compileRule(fields, index, suffix);
    if ("why" in rule) voided.push({ index, void: rule });
    else rules.push(rule);
  }
  return { voided, match: firstMatch(rules) };
}
