// Counts from plan.json alone, as a stranger to the planner would: how often each ServiceEntry is written, and in how many waves an
// importer's clients move.
interface Line {
  readonly common?: { readonly cluster: string };
  readonly steps?: readonly { readonly object: string }[];
  readonly action?: {
    readonly do: string;
    readonly object?: string;
    readonly cluster?: string;
    readonly ref?: { readonly cluster: string };
  };
}

interface PlanText {
  readonly objects: Readonly<
    Record<string, { readonly kind: string; readonly metadata: { readonly namespace?: string; readonly name: string } }>
  >;
  readonly waves: readonly { readonly importer: string }[];
  readonly phases: readonly { readonly steps: readonly Line[] }[];
}

export interface Writes {
  /** Of the ServiceEntry that is written most often. */
  readonly mostPerEntry: number;
  /** Of the importer that has most. */
  readonly mostWaves: number;
  /** "CLUSTER/NAMESPACE/NAME" of the entries that are written more often than an importer of their cluster has waves; once is always allowed. */
  readonly tooOften: readonly string[];
}

/** The text of a plan.json, as docs/output.md describes it. */
export function countWrites(text: string): Writes {
  const { objects, waves, phases } = JSON.parse(text) as PlanText;
  const written = phases
    .flatMap(({ steps }) => steps)
    .flatMap(({ common, steps, action }) => {
      if (steps) return steps.map(({ object }) => ({ cluster: common?.cluster, object }));
      if (action?.do !== "apply" || action.object === undefined) return [];
      return [{ cluster: action.cluster ?? action.ref?.cluster, object: action.object }];
    })
    .filter(({ object }) => objects[object]?.kind === "ServiceEntry")
    .map(({ cluster, object }) => {
      const { namespace, name } = objects[object]?.metadata ?? { name: object };
      return `${cluster}/${namespace}/${name}`;
    });
  const writes = countsOf(written);
  const wavesOf = countsOf(waves.map(({ importer }) => importer));
  const mostInCluster = new Map<string, number>();
  for (const [importer, count] of wavesOf) {
    const cluster = clusterIn(importer);
    mostInCluster.set(cluster, Math.max(count, mostInCluster.get(cluster) ?? 0));
  }
  return {
    mostPerEntry: Math.max(0, ...new Set(writes.values())),
    mostWaves: Math.max(0, ...new Set(wavesOf.values())),
    tooOften: [...writes]
      .filter(([entry, count]) => count > Math.max(1, mostInCluster.get(clusterIn(entry)) ?? 0))
      .map(([entry]) => entry),
  };
}

function clusterIn(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
