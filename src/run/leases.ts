// The Leases of all clusters of a plan, taken together before the first write: a run that finds everything in place takes none.
import type { ClusterId } from "../core/ids.ts";
import { sortedBy } from "../core/order.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { HeldLease, type HoldOptions, type LeaseOptions } from "./lease.ts";

export interface RunLock {
  /**
   * Takes all Leases the first time; returns when those of the given clusters are surely ours, or on the signal. Throws a RunTrouble
   * where one is not ours any more, or nobody can say so by the deadline.
   */
  hold(clusters: readonly ClusterId[], options: HoldOptions): Promise<void>;
  release(): Promise<void>;
}

export function leasesOf(clients: ReadonlyMap<ClusterId, ClusterClient>, options: LeaseOptions): RunLock {
  const held: HeldLease[] = [];
  let taking: Promise<void> | null = null;
  const take = async (): Promise<void> => {
    // In one order, so that two runs do not each hold what the other waits for.
    for (const client of sortedBy(clients.values(), ({ id }) => id)) held.push(await HeldLease.take(client, options));
  };
  return {
    async hold(clusters, hold) {
      taking ??= take();
      await taking;
      for (const lease of held) if (clusters.includes(lease.cluster)) await lease.demand(hold);
    },
    async release() {
      // What failed while they were taken has been said.
      await taking?.catch(() => {});
      await Promise.all(held.map(async (lease) => lease.release()));
    },
  };
}
