// A cluster that notes what is looked at in it: what was made out of it holds for any cluster where that is the same.
import type { Cluster } from "../inventory/cluster.ts";
import type { KindName } from "../inventory/kinds/registry.ts";

/** What has been looked at: objects that are compared one by one would be many, so each kind's whole list stands for them. */
export interface Noted {
  readonly lists: Map<KindName, readonly unknown[]>;
  /** The cluster itself, where all objects were asked for. */
  whole: Cluster | null;
}

export function nothingNoted(): Noted {
  return { lists: new Map(), whole: null };
}

/** The cluster, to be looked at by whoever is to be noted. Kept values live long: `noted` holds on to no more than was looked at. */
export function notingIn(noted: Noted, cluster: Cluster): Cluster {
  const byKind = <L extends Cluster["typed"] | Cluster["byName"]>(all: L): L =>
    new Proxy(all, {
      get: (lists, kind) => {
        // Whoever asks has the name of a kind.
        const name = kind as KindName;
        noted.lists.set(name, cluster.typed[name]);
        return lists[name];
      },
    });
  return {
    id: cluster.id,
    // The same for all that becomes of a cluster.
    coverage: cluster.coverage,
    certificates: cluster.certificates,
    asOfMs: cluster.asOfMs,
    typed: byKind(cluster.typed),
    byName: byKind(cluster.byName),
    get objects() {
      noted.whole = cluster;
      return cluster.objects;
    },
    get byKind() {
      noted.whole = cluster;
      return cluster.byKind;
    },
  };
}

/** Whether everything that was noted is the same in this state of the cluster. */
export function isSameIn({ lists, whole }: Noted, cluster: Cluster): boolean {
  if (whole !== null) return whole === cluster;
  return [...lists].every(([kind, list]) => holdsTheSame(cluster.typed[kind], list));
}

/** Also where something was put in and taken out again, which makes another list. */
function holdsTheSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one === other || (one.length === other.length && one.every((each, at) => each === other[at]));
}
