// `meshferry apply`: a plan folder carried out in live clusters, from where it stands to its end, or to that of a phase.
import { type Config, defaultConfig } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Plan } from "../plan/plan.ts";
import { shellWord } from "../present/folder/shell-word.ts";
import { imagesIn } from "../run/before-images.ts";
import { isDivisible, phasesUntil, planFor, routesOf } from "../run/selection.ts";
import { changedFacts } from "./basis-check.ts";
import type { CliContext } from "./cli-context.ts";
import { handler } from "./handler.ts";
import { isProven } from "./proof-file.ts";
import { type OpenedPlan, phaseNamed, readPlanFolder } from "./read-plan-folder.ts";
import { readMeshes } from "./read-meshes.ts";
import type { ApplyFlags } from "./run-flags.ts";
import { blocked, demandOnly, runFolder, withPermission } from "./run-plan-folder.ts";
import { UserError } from "./user-error.ts";

export const runApply = handler<ApplyFlags, [string]>(async ({ cli }, flags, named) => {
  const opened = readPlanFolder(cli.cwd, named);
  demandRehearsal(opened, named, flags);
  const until = flags.until === undefined ? null : phaseNamed(opened.plan, "--until", flags.until);
  const { plan, phases } = partOf(opened.plan, flags, until);
  const needs = { plan, phases, uses: ["apply", "undo"], named, note: flags.dryRun !== true } as const;
  return withPermission(cli, flags, opened, needs, async (clients) => {
    const troubles = await factsNow(cli, flags, opened);
    if (troubles.length > 0) return blocked(cli, flags, troubles);
    return runFolder(cli, flags, opened, clients, {
      direction: "apply",
      plan,
      phases,
      whole: flags.only === undefined,
      until,
      drainTimeoutMs: flags.drainTimeout ?? null,
      goOn: ["meshferry apply", shellWord(named), ...ownFlags(flags), againFlags(flags)].join(" ").trim(),
    });
  });
});

function demandRehearsal({ folder, plan, hash }: OpenedPlan, named: string, flags: ApplyFlags): void {
  if (plan.strategy === "scaffold" || flags.withoutRehearsal === true || flags.dryRun === true) return;
  if (isProven(folder, hash)) return;
  throw new UserError({
    what: "the plan was not rehearsed",
    why: "A rehearsal shows, before anything is changed, that every client gets through after each step.",
    todo: `Prove it with the meshes that it was made from: meshferry rehearse ${shellWord(named)} --mesh … Or apply it with --without-rehearsal.`,
  });
}

function partOf(plan: Plan, flags: ApplyFlags, until: ReturnType<typeof phaseNamed> | null) {
  if (flags.only === undefined) return { plan, phases: phasesUntil(plan, until) };
  const routes = routesOf(plan, flags.only);
  demandOnly(routes, flags);
  if (until !== null && !isDivisible(until)) {
    throw new UserError({
      what: `--only does not go with --until ${until}`,
      why: "From retire-exports on, a step is for all services of a link.",
      todo: "Go up to shift with --only: --until shift. Carry out the rest for all.",
    });
  }
  const part = planFor(plan, routes);
  return { plan: part, phases: phasesUntil(part, until) };
}

/** What the plan rests on, read anew. */
async function factsNow(cli: CliContext, flags: ApplyFlags, { folder, plan, state }: OpenedPlan) {
  if (plan.basis.length === 0) return [];
  const { mesh, kubeconfig, config: file, color } = flags;
  const read: { readonly inputs: readonly ClusterInput[]; readonly config: Config } = await readMeshes(cli, {
    color,
    maxFileSize: Number.MAX_SAFE_INTEGER,
    ...(mesh === undefined ? {} : { mesh }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(file === undefined ? {} : { config: file }),
  });
  return changedFacts(plan, state, imagesIn(folder), read.inputs, file === undefined ? defaultConfig : read.config);
}

function ownFlags({ withoutRehearsal, until }: ApplyFlags): string[] {
  return [
    ...(withoutRehearsal === true ? ["--without-rehearsal"] : []),
    ...(until === undefined ? [] : [`--until ${shellWord(until)}`]),
  ];
}

/** The flags that say where the clusters are, for the command that goes on. */
export function againFlags({
  mesh = [],
  kubeconfig = [],
  config,
  only = [],
}: Omit<ApplyFlags, "output" | "color">): string {
  return [
    ...(config === undefined ? [] : [`--config ${shellWord(config)}`]),
    ...mesh.map(({ name, path }) => `--mesh ${name}=${shellWord(path)}`),
    ...kubeconfig.map(({ name, file }) => `--kubeconfig ${name === null ? "" : `${name}=`}${shellWord(file)}`),
    ...only.map(({ service, namespace }) => `--only ${shellWord(`${service}/${namespace}`)}`),
  ].join(" ");
}
