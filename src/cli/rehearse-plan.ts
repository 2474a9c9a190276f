// What `plan` does with the plan that it has made: the rehearsal proves it, or says why it must not be applied.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { countText } from "../present/model/count-text.ts";
import { findingViews } from "../present/model/finding-view.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { federationOptions } from "../pipeline.ts";
import type { Plan } from "../plan/plan.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import type { CliContext } from "./cli-context.ts";
import { growHeapFrugally } from "./frugal-heap.ts";
import { writeProof } from "./proof-file.ts";

/** From so many steps on a rehearsal takes longer than a reader waits without a word. */
const manySteps = 5_000;

export interface RehearsedPlan {
  /** Says of itself whether it was proven. */
  readonly plan: Plan;
  /** null: there was none. */
  readonly rehearsal: Rehearsal | null;
  /** Whether the rehearsal refuses the plan. */
  readonly refused: boolean;
}

/** Rehearses a plan that nothing blocks, and says on stderr what came of it. */
export function rehearsePlan(
  cli: CliContext,
  plan: Plan,
  inputs: readonly ClusterInput[],
  config: Config,
): RehearsedPlan {
  if (plan.findings.some(({ severity }) => severity === "block")) {
    cli.stderr.write("note: the plan is not rehearsed while findings block it\n");
    return { plan, rehearsal: null, refused: false };
  }
  const steps = plan.phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  if (steps >= manySteps)
    cli.stderr.write(
      `note: rehearsing ${countText(steps, "step")}, which takes a while; --no-rehearse leaves it out\n`,
    );
  growHeapFrugally();
  const rehearsal = rehearse(plan, inputs, federationOptions(config), { hash: "" });
  const { refused, pairs, counts } = rehearsal;
  const blocking = refused.filter(({ severity }) => severity === "block");
  for (const { code, severity, message } of findingViews(refused))
    cli.stderr.write(`${severity === "block" ? "rehearsal" : "note"}: ${code} ${visibleText(message)}\n`);
  if (blocking.length > 0) {
    cli.stderr.write(
      "rehearsal: the plan is refused; meshferry rehearse shows at which step, explain CODE says more\n",
    );
    return { plan, rehearsal, refused: true };
  }
  cli.stderr.write(
    `note: rehearsed: ${countText(pairs.length, "pair")} of clients and host in ${countText(counts.states, "state")} lose nothing\n`,
  );
  return { plan: { ...plan, rehearsed: true }, rehearsal, refused: false };
}

/** Notes in the plan's folder that exactly this plan was proven. Throws a UserError where the folder cannot be written. */
export function proveFolder(folder: string, { plan, rehearsal }: RehearsedPlan): void {
  if (rehearsal === null || !plan.rehearsed) return;
  const hash = createHash("sha256")
    .update(readFileSync(join(folder, "plan.json")))
    .digest("hex");
  writeProof(folder, { ...rehearsal, plan: `sha256:${hash}` });
}
