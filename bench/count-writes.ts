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
  return { mostPerEntry: mostOf(written), mostWaves: mostOf(waves.map(({ importer }) => importer)) };
}

function mostOf(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Math.max(0, ...new Set(counts.values()));
}
