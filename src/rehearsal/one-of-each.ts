// A plan as the judge asks it in a rehearsal: of the clients of a probe group that cannot differ, one is enough; for a glimpse, one route.
import type { Condition } from "../conditions/condition.ts";
import { partsOf } from "../conditions/judge.ts";
import type { PlanIndex } from "../conditions/planned.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { Dependents } from "./affected.ts";
import type { World } from "./world.ts";

export function oneOfEach(
  index: PlanIndex,
  dependents: Pick<Dependents, "classOf">,
  world: World,
  condition: Condition,
): PlanIndex {
  const names = new Set(partsOf(condition).flatMap((part) => ("probes" in part ? [part.probes] : [])));
  if (names.size === 0) return index;
  const probes = new Map(index.probes);
  for (const name of names) {
    const group = probes.get(name);
    if (group) probes.set(name, { ...group, clients: firstsOf(group, dependents, world) });
  }
  return { ...index, probes };
}

/**
 * The plan with the first route alone of each of the condition's probe groups: what does not hold there does not hold at all. null: there
 * are no others.
 */
export function glimpse(index: PlanIndex, condition: Condition): PlanIndex | null {
  const groups = partsOf(condition).flatMap((part) => ("probes" in part ? (index.probes.get(part.probes) ?? []) : []));
  if (groups.every(({ routes }) => routes.length < 2)) return null;
  const first = groups.map((group) => [group.id, { ...group, routes: group.routes.slice(0, 1) }] as const);
  return { ...index, probes: new Map([...index.probes, ...first]) };
}

/** The first client of each class and memory; those that the group makes exceptions for stay themselves. */
function firstsOf(
  { clients, except }: ProbeGroup,
  { classOf }: Pick<Dependents, "classOf">,
  world: World,
): readonly ObjectRef[] {
  const excepted = new Set((except ?? []).map(({ client }) => refKey(client)));
  const firsts = new Map<string, ObjectRef>();
  for (const client of clients) {
    const key = refKey(client);
    const its = excepted.has(key) ? undefined : classOf.get(key);
    const kind = its === undefined ? key : `${its.name}|${world.proxies.groupOf.get(key)}`;
    if (!firsts.has(kind)) firsts.set(kind, client);
  }
  return [...firsts.values()];
}
