// Cases from a seed: which change comes when, and what is drawn around it. The same seed gives the same cases on every machine. Pure.
import { type Draw, drawFrom } from "../../test/worlds/drawn.ts";
import type { Manifest } from "../api/live-object.ts";
import type { Case, Change, Made, Stage } from "./case.ts";
import { exporter } from "./changes/exporter.ts";
import { federatedChanges } from "./changes/federated.ts";
import { harmless } from "./changes/harmless.ts";
import { importer } from "./changes/importer.ts";
import { localChanges } from "./changes/local.ts";
import { trustChanges } from "./changes/trust.ts";
import { drawRoute, freshConnections, type Ground, istio, type Route } from "./route.ts";

export const changes: readonly Change[] = [
  ...harmless,
  ...importer,
  ...exporter,
  ...federatedChanges,
  ...localChanges,
  ...trustChanges,
];

/** A case before it has a slot. */
export interface Drawn {
  readonly index: number;
  readonly seed: number;
  readonly change: Change;
}

/** Every change as often as it weighs, in an order of the seed's; over and over until there are enough. */
export function drawCases(seed: number, count: number, stages: readonly Stage[]): readonly Drawn[] {
  const all = changes
    .filter(({ stage = "federated" }) => stages.includes(stage))
    .flatMap((change) => Array.from({ length: change.weight ?? 1 }, () => change));
  const drawn: Drawn[] = [];
  for (let turn = 0; drawn.length < count; turn += 1)
    for (const change of shuffled(all, drawFrom(seed + turn)))
      if (drawn.length < count) drawn.push({ index: drawn.length + 1, seed, change });
  return drawn;
}

function shuffled<T>(items: readonly T[], draw: Draw): readonly T[] {
  const left = [...items];
  return items.map((item) => left.splice(draw.below(left.length), 1)[0] ?? item);
}

/** The case in its slot. */
export function placed({ index, seed, change }: Drawn, slot: number, ground: Ground): Case {
  const draw = drawFrom(Math.imul(seed + 1, 10_007) + index);
  const route = drawRoute(index, slot, ground, draw);
  const made = change.make(route, draw);
  const isTcp = route.protocol === "TCP" && made.port === route.port;
  return { index, slot, change, isTcp, ...made, east: withFreshConnections(made, route) };
}

/** Where a case has a rule of its own, that says it. */
function withFreshConnections({ east, host, client }: Made, { name, clientNamespace }: Route): readonly Manifest[] {
  if (east.some(({ kind }) => kind === "DestinationRule")) return east;
  return [
    ...east,
    {
      apiVersion: istio,
      kind: "DestinationRule",
      metadata: { name, namespace: client ?? clientNamespace },
      spec: { host, trafficPolicy: { ...freshConnections } },
    },
  ];
}

/** Cases that may run side by side, in the order of their stages: those that hurt others apart from these, none that hold one thing together. */
export function batchesOf(drawn: readonly Drawn[], size: number): readonly (readonly Drawn[])[] {
  const open: { readonly key: string; readonly cases: Drawn[]; readonly held: Set<string> }[] = [];
  for (const each of drawn) {
    const { stage = "federated", apart, holds, what } = each.change;
    const key = apart ? `${stage}|${what}` : stage;
    const fits = open.find(
      (batch) => batch.key === key && batch.cases.length < size && (holds === undefined || !batch.held.has(holds)),
    );
    const batch = fits ?? { key, cases: [], held: new Set<string>() };
    if (!fits) open.push(batch);
    batch.cases.push(each);
    if (holds !== undefined) batch.held.add(holds);
  }
  return open.map(({ cases }) => cases);
}
