// What apply and undo share: the clusters, whoever waits and asks, the events on the terminal, and the exit code.
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import process from "node:process";
import { defaultConfig } from "../config/config.ts";
import type { Finding } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { until } from "../observe/until.ts";
import { clustersOf, type Use } from "../plan/permissions.ts";
import type { Phase, PhaseId, Plan, Step } from "../plan/plan.ts";
import { findingViews } from "../present/model/finding-view.ts";
import { printable } from "../present/model/json-text.ts";
import { findingsText } from "../present/text/findings-text.ts";
import { runLines, troubleLines } from "../present/text/run-lines.ts";
import { visibleText } from "../present/text/visible-text.ts";
import { chainsOf } from "../run/chains.ts";
import { systemClock } from "../run/clock.ts";
import { imagesIn } from "../run/before-images.ts";
import { noLooks } from "../run/first-looks.ts";
import { tryPhases } from "../run/dry-run.ts";
import type { Direction, RunEvent } from "../run/run-event.ts";
import { runLog } from "../run/run-log.ts";
import type { RunResult } from "../run/run-plan.ts";
import type { Until } from "../run/run-world.ts";
import { run } from "../run/session.ts";
import type { CliContext } from "./cli-context.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine, exitInterrupted } from "./exit-codes.ts";
import { liveView } from "./live-view.ts";
import { missingVerbs } from "./missing-verbs.ts";
import type { OpenedPlan } from "./read-plan-folder.ts";
import { namedConfig } from "./read-meshes.ts";
import { type Clients, demandClusters, demandSameClusters, liveClusters } from "./run-clusters.ts";
import type { RunFlags } from "./run-flags.ts";
import { UserError } from "./user-error.ts";

export interface FolderRun {
  readonly direction: Direction;
  /** The plan, or the part of it that was asked for. */
  readonly plan: Plan;
  readonly phases: readonly Phase[];
  readonly whole: boolean;
  readonly until: PhaseId | null;
  readonly drainTimeoutMs: number | null;
  /** How the run is taken up again, as a command. */
  readonly goOn: string;
}

type ClusterFlags = Pick<RunFlags, "mesh" | "kubeconfig" | "config">;

/** Opens the clusters of the plan, the same as in earlier runs, for `work`, and closes them behind it. */
export async function withClusters<T>(
  cli: CliContext,
  flags: ClusterFlags,
  opened: OpenedPlan,
  work: (clients: Clients) => Promise<T>,
): Promise<T> {
  return withOpened(cli, flags, opened, async (clients) => {
    await demandSameClusters(opened.folder, clients, false);
    return work(clients);
  });
}

export interface Needs {
  readonly plan: Plan;
  /** Those of it that are meant. */
  readonly phases: Plan["phases"];
  readonly uses: readonly Use[];
  /** The plan folder as the user named it. */
  readonly named: string;
  /** Whether the folder keeps which clusters these are. */
  readonly note: boolean;
}

/** The same where this user may do all that is needed; otherwise what is missing is said, and nothing begun. Returns the exit code. */
export async function withPermission(
  cli: CliContext,
  flags: ClusterFlags & Pick<RunFlags, "color">,
  opened: OpenedPlan,
  { plan, phases, uses, named, note }: Needs,
  work: (clients: Clients) => Promise<number>,
): Promise<number> {
  return withOpened(cli, flags, opened, async (clients) => {
    const missing = await missingVerbs(plan, phases, uses, clients, named);
    if (missing.length > 0) return blocked(cli, flags, missing);
    await demandSameClusters(opened.folder, clients, note);
    return work(clients);
  });
}

async function withOpened<T>(
  cli: CliContext,
  flags: ClusterFlags,
  opened: OpenedPlan,
  work: (clients: Clients) => Promise<T>,
): Promise<T> {
  const config = flags.config === undefined ? defaultConfig : await namedConfig(cli, flags.config, flags);
  const all = await liveClusters(cli, flags, config);
  try {
    demandClusters(opened.plan, all);
    // Of others nothing is asked, and no Lease is taken there.
    const clients = new Map(clustersOf(opened.plan).flatMap((id) => clientOf(all, id)));
    return await work(clients);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    throw new UserError({
      what: "a cluster did not answer as it must",
      where: error.request,
      why: error.message,
      todo: "See that the clusters can be reached and are well, then run the command again.",
    });
  } finally {
    await Promise.all([...all.values()].map(async (client) => client.close()));
  }
}

function clientOf(clients: Clients, id: ClusterId): [[ClusterId, ClusterClient]] | [] {
  const client = clients.get(id);
  return client === undefined ? [] : [[id, client]];
}

/** Carries it out, and shows it. Returns the exit code. */
export async function runFolder(
  cli: CliContext,
  flags: RunFlags,
  opened: OpenedPlan,
  clients: Clients,
  wanted: FolderRun,
): Promise<number> {
  const { plan, direction, phases, whole, drainTimeoutMs } = wanted;
  const show = listener(cli, flags, plan);
  const signal = cli.stopSignal?.() ?? new AbortController().signal;
  const waitUntil: Until = async (condition, options) => until(condition, { plan, clients }, options);
  if (flags.dryRun === true) return dryRun(cli, flags, opened, clients, wanted, waitUntil, signal);
  const result = await run({
    folder: opened.folder,
    plan,
    hash: opened.hash,
    direction,
    phases,
    whole,
    until: wanted.until,
    only: (flags.only ?? []).map(({ service, namespace }) => `${service}/${namespace}`),
    clients,
    waitUntil,
    confirm: async (step) => confirmed(cli, flags, step),
    allowGitOpsOwned: flags.allowGitopsOwned ?? false,
    drainTimeoutMs,
    takeOver: flags.takeOver ?? false,
    holder: holder(),
    signal,
    listeners: [show.event],
    onLeaseWait: (other, cluster) =>
      show.note(`${cluster}: waiting until the Lease of ${other} has expired, or is renewed`),
  });
  show.end();
  if (result.trouble !== null && !show.told(result))
    writeLines(cli.stderr, troubleLines(result.trouble, paintFor(cli, flags.color)));
  if (result.end !== "finished") cli.stderr.write(`note: go on with: ${visibleText(wanted.goOn)}\n`);
  return { finished: exitFine, stopped: exitBlocked, interrupted: exitInterrupted }[result.end];
}

async function dryRun(
  cli: CliContext,
  flags: RunFlags,
  { folder, hash, state }: OpenedPlan,
  clients: Clients,
  { plan, phases, direction }: FolderRun,
  waitUntil: Until,
  signal: AbortSignal,
): Promise<number> {
  const show = listener(cli, flags, plan);
  const fine = await tryPhases(
    {
      plan,
      chains: chainsOf(plan),
      state,
      clients,
      until: waitUntil,
      clock: systemClock,
      emit: runLog(null, 0, systemClock, [show.event]),
      images: imagesIn(folder),
      lock: { hold: async () => {}, release: async () => {} },
      looks: noLooks,
      confirm: async () => true,
      rules: { plan: hash, allowGitOpsOwned: flags.allowGitopsOwned ?? false },
      drainTimeoutMs: null,
      signal,
      perCluster: 1,
    },
    phases,
    direction,
  );
  show.end();
  if (signal.aborted) return exitInterrupted;
  return fine ? exitFine : exitBlocked;
}

interface Shown {
  readonly event: (event: RunEvent) => void;
  readonly note: (text: string) => void;
  readonly end: () => void;
  /** Whether the event that ends the run has been shown: not where its journal could not be opened. */
  readonly told: (result: RunResult) => boolean;
}

function listener(cli: CliContext, flags: RunFlags, plan: Plan): Shown {
  let ended = false;
  const noted = (event: RunEvent): void => void (ended ||= event.type === "run-ended");
  if (flags.output === "json") {
    return {
      event: (event) => {
        noted(event);
        cli.stdout.write(`${printable(JSON.stringify(event))}\n`);
      },
      note: (text) => void cli.stderr.write(`note: ${visibleText(text)}\n`),
      end: () => {},
      told: () => ended,
    };
  }
  const paint = paintFor(cli, flags.color);
  const lines = runLines(plan, paint);
  const view = cli.isTTY ? liveView(cli.stdout, plan, paint) : null;
  const write = (each: readonly string[]): void => {
    if (each.length > 0) writeLines(cli.stdout, each);
  };
  return {
    event: (event) => {
      noted(event);
      if (view === null) write(lines.of(event));
      else view.show(event, lines.of(event));
    },
    note: (text) => void cli.stderr.write(`note: ${visibleText(text)}\n`),
    end: () => view?.end(),
    told: () => ended,
  };
}

async function confirmed(cli: CliContext, flags: RunFlags, step: Step): Promise<boolean> {
  if (flags.yes === true) return true;
  const loses = step.action.do === "confirm" ? step.action.loses : [];
  const named = loses.map(({ cluster, kind, namespace, name }) => `  ${cluster}: ${kind} ${namespace ?? ""}/${name}\n`);
  return ask(cli, `${named.join("")}${step.title}. Go on? [y/N] `);
}

/** False where nobody can be asked. */
export async function ask(cli: CliContext, question: string): Promise<boolean> {
  const answer = await cli.ask?.(visibleQuestion(question));
  return answer !== undefined && answer !== null && /^y(?:es)?$/iu.test(answer.trim());
}

function visibleQuestion(question: string): string {
  return question.split("\n").map(visibleText).join("\n");
}

function holder(): string {
  return `${userName()}@${hostname()}, process ${process.pid}, ${randomBytes(2).toString("hex")}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** Says what stands in the way, and that nothing was begun by the exit code. */
export function blocked(cli: CliContext, flags: Pick<RunFlags, "color">, troubles: readonly Finding[]): number {
  writeLines(cli.stderr, findingsText(findingViews(troubles), paintFor(cli, flags.color)));
  return exitBlocked;
}

/** Refuses a part of the plan that is none. */
export function demandOnly(routes: ReadonlySet<string>, flags: RunFlags): void {
  if (routes.size > 0) return;
  throw new UserError({
    what: `--only ${(flags.only ?? []).map(({ service, namespace }) => `${service}/${namespace}`).join(" --only ")}: the plan carries no such service`,
    todo: "meshferry inspect lists them; write SERVICE/NAMESPACE as clients dial it, or as its exporter has it.",
  });
}
