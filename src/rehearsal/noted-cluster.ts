// A cluster that notes what is looked at in it: what was made out of it holds for any cluster where that is the same.
import type { Cluster } from "../inventory/cluster.ts";
import type { KindName } from "../inventory/kinds/registry.ts";

export interface NotedCluster {
  /** To be looked at in place of the other. */
  readonly cluster: Cluster;
  /** Whether everything that has been looked at is the same here. */
  readonly isSameIn: (other: Cluster) => boolean;
}

export function notedCluster(cluster: Cluster): NotedCluster {
  const seen = new Map<string, unknown>();
  let isWhole = false;
  const noted = <L extends Cluster["typed"] | Cluster["byName"]>(lists: L): L =>
    new Proxy(lists, {
      get: (all, kind) => {
        // Whoever asks has the name of a kind.
        const name = kind as KindName;
        seen.set(name, cluster.typed[name]);
        return all[name];
      },
    });
  const whole = <T>(value: () => T): T => {
    isWhole = true;
    return value();
  };
  return {
    cluster: {
      id: cluster.id,
      coverage: cluster.coverage,
      certificates: cluster.certificates,
      asOfMs: cluster.asOfMs,
      typed: noted(cluster.typed),
      byName: noted(cluster.byName),
      get objects() {
        return whole(() => cluster.objects);
      },
      get byKind() {
        return whole(() => cluster.byKind);
      },
    },
    isSameIn: (other) =>
      cluster === other ||
      (!isWhole &&
        cluster.coverage === other.coverage &&
        cluster.certificates === other.certificates &&
        cluster.asOfMs === other.asOfMs &&
        [...seen].every(([kind, list]) => other.typed[kind as KindName] === list)),
  };
}
