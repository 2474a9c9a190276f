// The live clusters that a plan is carried out in: every one that its steps name, and the same ones as in earlier runs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ClusterId } from "../core/ids.ts";
import { valueAt } from "../core/pointer.ts";
import { again } from "../kube/live/again.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { clustersOf } from "../plan/permissions.ts";
import type { Plan } from "../plan/plan.ts";
import { journalFolder, makeFolder } from "../run/journal.ts";
import type { CliContext } from "./cli-context.ts";
import { withFiles } from "./file-trouble.ts";
import type { InputFlags } from "./flags.ts";
import { type LiveSource, meshSources } from "./mesh-sources.ts";
import { openAll } from "./open-clusters.ts";
import { UserError } from "./user-error.ts";

export type Clients = ReadonlyMap<ClusterId, ClusterClient>;

/** A client for each live cluster that flags and configuration name. */
export async function liveClusters(
  cli: CliContext,
  flags: Pick<InputFlags, "mesh" | "kubeconfig">,
  config: Config,
): Promise<Clients> {
  const sources = meshSources(flags, config, cli.cwd);
  const live = new Map<ClusterId, LiveSource>();
  for (const [id, source] of sources) if (source.from === "context") live.set(id, source);
  return openAll(cli, live);
}

/** Throws a UserError where the plan names a cluster that no flag does. */
export function demandClusters(plan: Plan, clients: Clients): void {
  const missing = clustersOf(plan).filter((id) => !clients.has(id));
  if (missing.length === 0) return;
  throw new UserError({
    what: `the plan names clusters that are not given: ${missing.join(", ")}`,
    todo: `Say where they are: ${missing.map((id) => `--mesh ${id}=context:CONTEXT`).join(" ")}`,
  });
}

/** Cluster identities by the uid of kube-system, which is different in each cluster. */
type Identities = Readonly<Record<string, string>>;

const identitiesFile = "clusters.json";

/** Throws a UserError where a name leads to another cluster than in an earlier run of the folder. `note`: keeps what is new. */
export async function demandSameClusters(folder: string, clients: Clients, note: boolean): Promise<void> {
  const file = join(folder, journalFolder, identitiesFile);
  const before: Identities = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Identities) : {};
  const now: Record<string, string> = { ...before };
  for (const [id, client] of clients) {
    const uid = await identityOf(client);
    const known = before[id];
    if (known !== undefined && known !== uid) {
      throw new UserError({
        what: `${id} is another cluster than in the run before`,
        where: client.at,
        why: "The uid of its namespace kube-system is not the one that was noted.",
        todo: `Give the context of the cluster that the run was begun in, or delete ${file} if it was restored from a backup.`,
      });
    }
    now[id] = uid;
  }
  if (!note || JSON.stringify(now) === JSON.stringify(before)) return;
  const write = () => {
    makeFolder(folder, journalFolder);
    writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  };
  withFiles(folder, write, "Make it writable, since a run notes there what it does, then run the command again.");
}

async function identityOf(client: ClusterClient): Promise<string> {
  const ref = { cluster: client.id, group: "", kind: "Namespace", namespace: null, name: "kube-system" };
  try {
    const uid = valueAt((await again(async () => client.getMetadata(ref)))?.body, "/metadata/uid");
    return typeof uid === "string" ? uid : "";
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.reason === "forbidden")
      throw new UserError({
        what: `this user may not get the namespace kube-system of ${client.id}`,
        where: client.at,
        why: "By its uid a cluster is known again.",
        todo: "Grant the least roles, which meshferry rbac --plan DIR prints.",
      });
    throw new UserError({
      what: `the cluster ${client.id} cannot be reached`,
      where: client.at,
      why: error.message,
      todo: "See that the context works: kubectl --context CONTEXT get namespace kube-system",
    });
  }
}
