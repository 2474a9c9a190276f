// `meshferry status`: where a migration stands: by a plan folder and the clusters, or by the clusters alone.
import { defaultConfig } from "../config/config.ts";
import { sortedBy } from "../core/order.ts";
import { jsonText } from "../present/model/json-text.ts";
import { runStatusView, type StatusView } from "../present/model/status-view.ts";
import { statusText } from "../present/text/status-text.ts";
import { imagesIn } from "../run/before-images.ts";
import { noLooks } from "../run/first-looks.ts";
import { chainsOf } from "../run/chains.ts";
import { systemClock } from "../run/clock.ts";
import { foundIn } from "../run/found-objects.ts";
import type { RunWorld } from "../run/run-world.ts";
import { leaseHolders, survey } from "../run/survey.ts";
import type { CliContext } from "./cli-context.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitFine } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { namedConfig } from "./read-meshes.ts";
import { readPlanFolder } from "./read-plan-folder.ts";
import { type Clients, liveClusters } from "./run-clusters.ts";
import type { StatusFlags } from "./run-flags.ts";
import { withClusters } from "./run-plan-folder.ts";
import { UserError } from "./user-error.ts";

export const runStatus = handler<StatusFlags, [string?]>(async ({ cli }, flags, named) => {
  const view = named === undefined ? await fromClusters(cli, flags) : await fromFolder(cli, flags, named);
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else writeLines(cli.stdout, statusText(view, paintFor(cli, flags.color)));
  return exitFine;
});

async function fromFolder(cli: CliContext, flags: StatusFlags, named: string): Promise<StatusView> {
  const opened = readPlanFolder(cli.cwd, named);
  const { folder, plan, hash, state } = opened;
  return withClusters(cli, flags, opened, async (clients) => {
    const holders = await leaseHolders(clients);
    const standings = await survey(
      {
        ...lookingWorld(clients),
        plan,
        chains: chainsOf(plan),
        state,
        images: imagesIn(folder),
        rules: { plan: hash, allowGitOpsOwned: true },
      },
      plan.phases,
    );
    return { apiVersion: "meshferry/status.v1", run: runStatusView(hash, state, holders, standings), clusters: [] };
  });
}

/** A world in which nothing is waited for, asked, or written. */
function lookingWorld(clients: Clients): Omit<RunWorld, "plan" | "chains" | "state" | "images" | "rules"> {
  return {
    clients,
    until: async () => ({ is: "done" }),
    clock: systemClock,
    emit: async () => {},
    lock: { hold: async () => {}, release: async () => {} },
    looks: noLooks,
    confirm: async () => false,
    drainTimeoutMs: null,
    signal: new AbortController().signal,
    perCluster: 1,
  };
}

async function fromClusters(cli: CliContext, flags: StatusFlags): Promise<StatusView> {
  const config = flags.config === undefined ? defaultConfig : await namedConfig(cli, flags.config, flags);
  const clients = await liveClusters(cli, flags, config);
  try {
    if (clients.size === 0) {
      throw new UserError({
        what: "no cluster was named",
        todo: "Name each: --mesh east=context:CONTEXT; or give the plan folder too: meshferry status DIR --mesh …",
      });
    }
    const found = await Promise.all([...clients.values()].map(async (client) => foundIn(client)));
    return { apiVersion: "meshferry/status.v1", run: null, clusters: sortedBy(found, ({ cluster }) => cluster) };
  } finally {
    await Promise.all([...clients.values()].map(async (client) => client.close()));
  }
}
