// `meshferry rehearse`: what a plan does to requests after each of its steps, seen in a model. Changes nothing in any mesh.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import type { Hash } from "../core/hash.ts";
import { examine, federationOptions, planWithTexts } from "../pipeline.ts";
import type { Plan } from "../plan/plan.ts";
import { explainPairView } from "../present/model/explain-pair-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { stepColumns } from "../present/model/rehearsal-columns.ts";
import { rehearsalView } from "../present/model/rehearsal-view.ts";
import { explainPairText } from "../present/text/explain-pair-text.ts";
import type { Paint } from "../present/text/paint.ts";
import { rehearsalText } from "../present/text/rehearsal-text.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import { explainPair } from "../rehearsal/explain.ts";
import { rehearse } from "../rehearsal/rehearse.ts";
import { imagesIn } from "../run/before-images.ts";
import { beforeOwnSteps, changedFacts } from "./basis-check.ts";
import type { CliContext } from "./cli-context.ts";
import { growHeapFrugally } from "./frugal-heap.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine } from "./exit-codes.ts";
import { findPair } from "./find-pair.ts";
import { handler } from "./handler.ts";
import { planHash } from "./plan-hash.ts";
import { readMeshes } from "./read-meshes.ts";
import { proofFile, writeProof } from "./proof-file.ts";
import { phaseNamed, readPlanFolder } from "./read-plan-folder.ts";
import { type ClientName, type HostName, parseHost, type RehearseFlags } from "./rehearse-flags.ts";
import { UserError } from "./user-error.ts";

/** A plan, and the meshes as they are before its first step. */
interface Subject {
  readonly plan: Plan;
  readonly hash: Hash;
  readonly inputs: readonly ClusterInput[];
  /** What stands in the way of applying the plan, whatever the rehearsal says. */
  readonly blocking: readonly Finding[];
}

export const runRehearse = handler<RehearseFlags, [string?, string?]>(async ({ cli }, flags, ...words) => {
  const { folder, asked } = wordsOf(cli, flags, words);
  const { inputs, config } = await readMeshes(cli, flags);
  const subject = folder === null ? planned(inputs, config) : opened(cli, folder, inputs, config);
  const { plan, hash, blocking } = subject;
  if (plan.strategy === "scaffold") {
    throw new UserError({
      what: "a scaffold's plan is not rehearsed",
      why: "It sets meshes up; there are no requests yet that it could lose.",
      todo: "Rehearse the plan of a migration.",
    });
  }
  const phase = flags.steps === undefined ? null : phaseNamed(plan, "--steps", flags.steps);
  growHeapFrugally();
  const rehearsal = rehearse(plan, subject.inputs, federationOptions(config), { hash });
  const refused = [...rehearsal.refused, ...blocking].some(({ severity }) => severity === "block");
  if (asked !== null) {
    const pair = findPair(rehearsal.pairs, asked.client, asked.host);
    const view = explainPairView(plan, hash, pair, explainPair(plan, subject.inputs, federationOptions(config), pair));
    show(cli, flags, view, (paint) => explainPairText(view, paint));
    if (refused) cli.stderr.write("note: the plan as a whole is refused; without --explain it is said why\n");
  } else {
    const columns = phase === null ? {} : { columns: stepColumns(plan, rehearsal, phase) };
    const view = rehearsalView(rehearsal, plan, { ...columns, blocking });
    show(cli, flags, view, (paint) => rehearsalText(view, paint));
  }
  if (folder !== null && asked === null && !refused) {
    writeProof(resolve(cli.cwd, folder), rehearsal);
    cli.stderr.write(`note: ${visibleText(join(folder, proofFile))} says so; apply asks for it\n`);
  }
  return refused ? exitBlocked : exitFine;
});

function show(
  cli: CliContext,
  { output, color }: RehearseFlags,
  view: unknown,
  text: (paint: Paint) => readonly string[],
): void {
  if (output === "json") cli.stdout.write(jsonText(view));
  else if (output === "yaml") cli.stdout.write(yamlText(view));
  else writeLines(cli.stdout, text(paintFor(cli, color)));
}

/** The words behind the flags: a plan folder, and with --explain the host behind it. */
function wordsOf(
  cli: CliContext,
  { explain, steps }: RehearseFlags,
  given: readonly (string | undefined)[],
): { readonly folder: string | null; readonly asked: { readonly client: ClientName; readonly host: HostName } | null } {
  const words = given.filter((word) => word !== undefined);
  if (explain === undefined) {
    const [folder = null, second] = words;
    if (second === undefined) return { folder, asked: null };
    throw new UserError({
      what: `${second}: one word too many`,
      todo: "Name one plan folder; a host goes with --explain CLIENT HOST.",
    });
  }
  const host = words.at(-1);
  if (host === undefined || (words.length === 1 && existsSync(join(resolve(cli.cwd, host), "plan.json")))) {
    throw new UserError({
      what: "--explain names a client and no host",
      todo: "Name the host behind it: --explain sales/till orders.shop.svc.cluster.local",
    });
  }
  if (steps !== undefined) {
    throw new UserError({
      what: "--explain and --steps exclude each other",
      todo: "Leave one of them out.",
    });
  }
  return { folder: words.length > 1 ? (words[0] ?? null) : null, asked: { client: explain, host: parseHost(host) } };
}

function planned(inputs: readonly ClusterInput[], config: Config): Subject {
  const made = planWithTexts(examine(inputs, config), config);
  const blocking = made.plan.findings.filter(({ severity }) => severity === "block");
  return { plan: made.plan, hash: planHash(made), inputs, blocking };
}

/** The plan of a folder. What it has done itself, by its journal, counts as not done: it is rehearsed from its beginning. */
function opened(cli: CliContext, folder: string, inputs: readonly ClusterInput[], config: Config): Subject {
  const { folder: path, plan, hash, state } = readPlanFolder(cli.cwd, folder);
  const images = imagesIn(path);
  return {
    plan,
    hash,
    inputs: beforeOwnSteps(plan, state, images, inputs),
    blocking: [
      ...plan.findings.filter(({ severity }) => severity === "block"),
      ...changedFacts(plan, state, images, inputs, config),
    ],
  };
}
