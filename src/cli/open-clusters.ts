// Live clusters by name: for each a client, or the trouble that its kubeconfig has. Loaded only when a live cluster is named.
import type { ClusterId } from "../core/ids.ts";
import { AddressTrouble } from "../kube/live/address-trouble.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { contextIn, openCluster, type OpenedCluster } from "../kube/live/open-cluster.ts";
import type { CliContext } from "./cli-context.ts";
import type { LiveSource } from "./mesh-sources.ts";
import { UserError } from "./user-error.ts";

export interface NamedCluster extends OpenedCluster {
  /** "NAMESPACE/NAME" of the one control plane that is meant; null: all. */
  readonly controlPlane: string | null;
}

/** Throws an AddressTrouble where the kubeconfig does not say how. Asks no server anything. */
export async function openNamed(cli: CliContext, id: ClusterId, source: LiveSource): Promise<NamedCluster> {
  const { written, kubeconfigs } = source;
  const surroundings = { env: cli.env, cwd: cli.cwd };
  const found =
    source.controlPlane === null
      ? await contextIn(written, kubeconfigs, surroundings)
      : { context: written, controlPlane: source.controlPlane };
  const opened = await openCluster({ id, context: found.context, kubeconfigs }, surroundings);
  return { ...opened, controlPlane: found.controlPlane };
}

/** Clients of all clusters, for what changes them; the first kubeconfig that is of no use is a UserError. */
export async function openAll(
  cli: CliContext,
  sources: ReadonlyMap<ClusterId, LiveSource>,
): Promise<ReadonlyMap<ClusterId, ClusterClient>> {
  const clients = new Map<ClusterId, ClusterClient>();
  try {
    for (const [id, source] of sources) clients.set(id, (await openNamed(cli, id, source)).client);
  } catch (error) {
    await Promise.all([...clients.values()].map(async (client) => client.close()));
    if (!(error instanceof AddressTrouble)) throw error;
    const { what, where, why, todo } = error;
    throw new UserError({ what, where, todo, ...(why === null ? {} : { why }) });
  }
  return clients;
}
