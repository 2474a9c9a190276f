// The outcomes of all pairs in one world, and what differs between two worlds.
import { canonicalJson, type Json } from "../core/json.ts";
import type { ClusterId } from "../core/ids.ts";
import { sortedUnique } from "../core/order.ts";
import type { Reached, Way } from "../dataplane/reached.ts";
import { type Dependents, note } from "./affected.ts";
import { freshKey, proxyKey, proxyOf } from "./proxies.ts";
import { summary } from "./reach.ts";
import type { ClientClass, PairOfClass } from "./classes.ts";
import { type Client, type Look, waysOf } from "./ways.ts";
import type { World } from "./world.ts";
import type { PodShape } from "../federation/pod-index.ts";
import type { Mesh } from "../inventory/mesh.ts";

/** Each different outcome once; an index stands for it. */
export interface OutcomeTable {
  readonly list: readonly Reached[];
  readonly indexOf: (outcome: Reached) => number;
}

export function outcomeTable(): OutcomeTable {
  const list: Reached[] = [];
  const known = new Map<string, number>();
  return {
    list,
    indexOf: (outcome) => {
      const key = textOf(outcome);
      const at = known.get(key);
      if (at !== undefined) return at;
      known.set(key, list.length);
      return list.push(outcome) - 1;
    },
  };
}

/** Most arrive: their texts are made fast. */
function textOf(outcome: Reached): string {
  const { state, path, good, of, seenAs, reasons } = outcome;
  if (reasons.length > 0) return canonicalJson(outcome as unknown as Json);
  return `${state}|${path}|${good}|${of}|${seenAs.join("|")}`;
}

/** The ways of a class, each different one once: an outcome must not depend on how many proxies are alike. */
export function waysOfClass(
  look: Look,
  of: ClientClass,
  { host, port }: Pick<PairOfClass["pair"], "host" | "port">,
): readonly Way[] {
  const mesh = look.world.derived().mesh(of.mesh);
  if (!mesh) return [];
  const clients = clientsOf(look.world, mesh, of);
  const [only] = clients;
  if (clients.length === 1 && only) return waysOf(look, only, host, port);
  return clients.flatMap((client) => waysOf(look, client, host, port));
}

/** One client for each different memory among the members of a class. */
function clientsOf(world: World, mesh: Mesh, { members, kept }: ClientClass): readonly Client[] {
  const {
    proxies,
    readings: { keyOf },
  } = world;
  const firsts = kept("the first of each group", "", proxies.groupOf, () => {
    const groups = new Map<number | undefined, PodShape>();
    for (const shape of members) {
      const group = proxies.groupOf.get(keyOf(shape.workload));
      if (!groups.has(group)) groups.set(group, shape);
    }
    return [...groups.values()];
  });
  const clients = new Map<string, Client>();
  for (const shape of firsts) {
    const key = proxyKey(world, mesh, keyOf(shape.workload));
    if (!clients.has(key)) clients.set(key, { mesh, shape, memory: proxyOf(world, mesh, shape.workload) });
  }
  return [...clients.values()];
}

/** Whether the proxies of a workload (refKey) remember something that they would not be told again if they started now; null: none do. */
export function staleProxies(world: World): ((workload: string) => boolean) | null {
  const { groups, groupOf } = world.proxies;
  const stale = groups.map(({ mesh: id, key }) => {
    const mesh = world.derived().mesh(id);
    return mesh === undefined || freshKey(world, mesh) !== key;
  });
  return stale.includes(true) ? (workload) => stale[groupOf.get(workload) ?? -1] === true : null;
}

/** By their places: the clusters where requests of each pair arrive; sorted. */
export type AnsweredFrom = Map<number, readonly ClusterId[]>;

function clustersAnswering(ways: readonly Way[]): readonly ClusterId[] {
  const clusters = ways.flatMap(({ hops, reason }) => (reason === null ? (hops.at(-1)?.at.cluster ?? []) : []));
  return clusters.length < 2 ? clusters : sortedUnique(clusters);
}

/** The outcomes of these pairs in the world that is looked at, by their places. */
export function evaluate(
  look: Look,
  of: { readonly pairs: readonly PairOfClass[]; readonly table: OutcomeTable; readonly dependents: Dependents },
  among: Iterable<number>,
  answeredFrom?: AnsweredFrom,
): ReadonlyMap<number, number> {
  const outcomes = new Map<number, number>();
  for (const at of among) {
    const each = of.pairs[at];
    if (!each) continue;
    const ways = waysOfClass(look, each.of, each.pair);
    note(of.dependents, at, ways);
    answeredFrom?.set(at, clustersAnswering(ways));
    outcomes.set(at, of.table.indexOf(summary(ways, each.pair.host)));
  }
  return outcomes;
}
