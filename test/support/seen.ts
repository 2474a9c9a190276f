// What tests look at most: codes of findings, steps by id.
import type { Config } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Finding } from "../../src/core/finding.ts";
import { examine, type Examination } from "../../src/pipeline.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { guideConfig } from "./guide-config.ts";

export function examined(inputs: readonly ClusterInput[], config: Partial<Config> = {}): Examination {
  return examine(inputs, { ...guideConfig, ...config });
}

/** The findings of one code. */
export function ofCode(findings: readonly Finding[], code: string): Finding[] {
  return findings.filter((finding) => finding.code === code);
}

export function codesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ code }) => code))].sort();
}

/** The steps of one phase. */
export function phaseSteps(plan: Plan, id: string): readonly Step[] {
  return plan.phases.find((phase) => phase.id === id)?.steps ?? [];
}

/** A value that has to be a text. */
export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new Error(`no text: ${JSON.stringify(value)}`);
  return value;
}
