// The outcomes of all pairs in one world, and what differs between two worlds.
import { canonicalJson, type Json } from "../core/json.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Reached, Way } from "../dataplane/reached.ts";
import { type Dependents, note } from "./affected.ts";
import { freshProxy, memoryKey, proxyOf, proxyShapes } from "./proxies.ts";
import { summary } from "./reach.ts";
import type { PairOfClass } from "./classes.ts";
import { type Client, lookAt, type Look, waysOf } from "./ways.ts";
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
      const key = canonicalJson(outcome as unknown as Json);
      const at = known.get(key);
      if (at !== undefined) return at;
      known.set(key, list.length);
      return list.push(outcome) - 1;
    },
  };
}

/** The ways of a class, each different one once: an outcome must not depend on how many proxies are alike. */
export function waysOfClass(
  look: Look,
  members: readonly PodShape[],
  meshId: PairOfClass["pair"]["mesh"],
  { host, port }: Pick<PairOfClass["pair"], "host" | "port">,
): readonly Way[] {
  const mesh = look.world.derived().mesh(meshId);
  const clients = mesh ? distinctClients(look.world, mesh, members) : [];
  return clients.flatMap((client) => waysOf(look, client, host, port));
}

/** One client for each different memory among the members of a class. */
function distinctClients(world: World, mesh: Mesh, members: readonly PodShape[]): readonly Client[] {
  const clients = new Map<string, Client>();
  for (const shape of members) {
    const memory = proxyOf(world, mesh, shape.workload);
    const key = memoryKey(memory);
    if (!clients.has(key)) clients.set(key, { mesh, shape, memory });
  }
  return [...clients.values()];
}

/** Of these workloads those whose proxies remember something that they would not be told again if they started now. */
export function staleAmong(world: World, workloads: ReadonlySet<string>): readonly ObjectRef[] {
  const found: ObjectRef[] = [];
  for (const mesh of world.derived().inventory.meshes) {
    const fresh = memoryKey(freshProxy(world, mesh));
    const seen = new Set<string>();
    for (const { workload } of proxyShapes(world, mesh)) {
      const key = refKey(workload);
      if (!workloads.has(key) || seen.has(key)) continue;
      seen.add(key);
      if (memoryKey(proxyOf(world, mesh, workload)) !== fresh) found.push(workload);
    }
  }
  return found;
}

/** The outcomes of these pairs in a world, by their places. */
export function evaluate(
  world: World,
  of: { readonly pairs: readonly PairOfClass[]; readonly table: OutcomeTable; readonly dependents: Dependents },
  among: Iterable<number>,
): ReadonlyMap<number, number> {
  const look = lookAt(world);
  const outcomes = new Map<number, number>();
  for (const at of among) {
    const each = of.pairs[at];
    if (!each) continue;
    const ways = waysOfClass(look, each.members, each.pair.mesh, each.pair);
    note(of.dependents, at, ways);
    outcomes.set(at, of.table.indexOf(summary(ways, each.pair.host)));
  }
  return outcomes;
}
