// Everything that a plan's clients are meant to reach, looked at once: what their proxies hold, and what real requests get.
import type { Condition } from "../conditions/condition.ts";
import { partsOf } from "../conditions/judge.ts";
import { type Probe, probesIn } from "../conditions/pairs.ts";
import { indexPlan, type PlanIndex } from "../conditions/planned.ts";
import type { Verdict } from "../conditions/verdict.ts";
import { type Answers, judgeWith, noAnswers, type Want } from "../conditions/wants.ts";
import { wantKey } from "../conditions/wants.ts";
import { isUnseen } from "../conditions/facts.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { notChecked, type Outcome } from "../dataplane/outcome.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import { Looker, together } from "./look.ts";
import { type IndexedWorld, usualProbes, type World } from "./world.ts";

/** How a client's proxies would send requests: by the way that their endpoints lead. */
export type Path = "federation" | "east-west" | "local and east-west" | "local, east-west and federation" | "unclear";

export interface PairSeen {
  readonly client: ObjectRef;
  readonly host: string;
  readonly port: number;
  readonly path: Path;
  /** What the proxies hold where the path is unclear. */
  readonly held: Verdict;
  readonly requests: Outcome;
}

export interface StateSeen {
  /** What was looked at, and what must hold of it. */
  readonly condition: Condition;
  readonly verdict: Verdict;
}

export interface Verified {
  /** Control planes, their istiods and peers. */
  readonly states: readonly StateSeen[];
  /** East-west gateways that are there. */
  readonly gateways: readonly StateSeen[];
  readonly pairs: readonly PairSeen[];
}

export interface VerifyOptions {
  /** From freshly started proxies alone. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
}

/** `states`: conditions on objects that have to hold whichever phase has been reached. */
export async function verify(world: World, states: readonly Condition[], options: VerifyOptions): Promise<Verified> {
  const plan = indexPlan(world.plan);
  const indexed: IndexedWorld = { ...world, plan, probes: world.probes ?? usualProbes };
  const looker = new Looker(indexed, options.signal);
  const see = async (conditions: readonly Condition[], known: Answers, index: PlanIndex): Promise<Answers> =>
    gather(conditions, known, index, looker, options.signal);

  const objects = await see([...states, ...gatewaysThere(plan)], noAnswers, plan);
  const parts = states.flatMap(partsOf).filter((part) => !isRetired(part, objects));
  const gateways = gatewaysThere(plan)
    .filter(({ ref }) => objects.object.get(refKey(ref)) !== "absent")
    .flatMap(({ ref }) => exposureOf(ref, plan));
  const seenGateways = await see(gateways, objects, plan);

  const groups = clientGroups(plan, [...plan.probes.values()]);
  const ways = groups.flatMap(({ group }) => waysOf(group));
  const index: PlanIndex = { ...plan, probes: new Map(groups.map(({ group }) => [group.id, group])) };
  const held = await see(ways, seenGateways, index);
  const probes = groups.flatMap(({ group, probes: all }) => all.map((probe) => ({ probe, group })));
  const reach = await looker.look(probes.map(({ probe }) => reachOf(probe, options.fresh)));
  const judged = (condition: Condition, answers: Answers): StateSeen => ({
    condition,
    verdict: judgeWith(condition, answers, plan).verdict,
  });
  return {
    states: parts.map((part) => judged(part, objects)),
    gateways: gateways.map((condition) => judged(condition, seenGateways)),
    pairs: probes.map(({ probe, group }) => ({
      client: probe.client,
      host: probe.route.host,
      port: probe.port,
      ...pathOf(group, held, index),
      requests: outcomeIn(reach, reachOf(probe, options.fresh)),
    })),
  };
}

/** Looks until none of the conditions asks for more. */
async function gather(
  conditions: readonly Condition[],
  known: Answers,
  plan: PlanIndex,
  looker: Looker,
  signal: AbortSignal,
): Promise<Answers> {
  let answers = known;
  while (!signal.aborted) {
    const wanted = new Map<string, Want>();
    for (const condition of conditions)
      for (const want of judgeWith(condition, answers, plan).wants) wanted.set(`${want.want} ${wantKey(want)}`, want);
    if (wanted.size === 0) break;
    answers = together(answers, await looker.look([...wanted.values()]));
  }
  return answers;
}

/** A peer that is gone was retired, by the plan or before it: nothing is left to be synced. */
function isRetired(part: Condition, { object }: Answers): boolean {
  return part.kind === "peer-synced" && object.get(refKey(part.ref)) === "absent";
}

function gatewaysThere({ meshes }: PlanIndex): readonly { readonly kind: "present"; readonly ref: ObjectRef }[] {
  return [...meshes.values()].flatMap(({ gateways }) =>
    gateways.map(({ deployment }) => ({ kind: "present", ref: deployment }) as const),
  );
}

/** What the gateway has to pass on once every step has been carried out. */
function exposureOf(gateway: ObjectRef, { gateways, routes }: PlanIndex): Condition[] {
  const found = gateways.get(refKey(gateway));
  if (!found) return [];
  const { mesh, importer } = found;
  const hosts = [...routes.values()]
    .filter((route) => route.carry.mode !== "none" && (importer === null || route.importer === importer))
    .filter(({ backends }) => backends.some(({ exported }) => exported.exporter === mesh.id))
    .map(({ host }) => host);
  return [{ kind: "gateway-exposes", gateway, hosts: sortedUnique(hosts) }];
}

interface ClientGroup {
  readonly group: ProbeGroup;
  readonly probes: readonly Probe[];
}

/** A group for each client and port, so that each has a verdict of its own; every pair once, whichever wave it is in. */
function clientGroups(plan: PlanIndex, groups: readonly ProbeGroup[]): ClientGroup[] {
  const found = new Map<string, ClientGroup>();
  for (const group of groups)
    for (const probe of probesIn(group, plan)) {
      const id = `${refKey(probe.client)}|${probe.route.id}`;
      const known = found.get(id);
      if (known === undefined)
        found.set(id, { group: { id, clients: [probe.client], routes: [probe.route.id] }, probes: [probe] });
      else if (!known.probes.some(({ port }) => port === probe.port))
        found.set(id, { ...known, probes: [...known.probes, probe] });
    }
  return [...found.values()];
}

const paths = [
  ["federation", (probes: string): Condition => ({ kind: "endpoints", probes, via: "federation" })],
  [
    "local, east-west and federation",
    (probes: string): Condition => ({ kind: "joined", probes, federation: "beside" }),
  ],
  ["local and east-west", (probes: string): Condition => ({ kind: "joined", probes, federation: "gone" })],
  ["east-west", (probes: string): Condition => ({ kind: "endpoints", probes, via: "east-west" })],
] as const satisfies readonly (readonly [Path, (probes: string) => Condition])[];

function waysOf({ id }: ProbeGroup): Condition[] {
  return paths.map(([, condition]) => condition(id));
}

function pathOf(group: ProbeGroup, answers: Answers, plan: PlanIndex): Pick<PairSeen, "path" | "held"> {
  const join = group.routes.some((id) => plan.routes.get(id)?.carry.mode === "join-local");
  const possible = paths.filter(([path]) => path === "federation" || path.startsWith("local") === join);
  const verdicts = possible.map(([path, condition]) => ({
    path,
    verdict: judgeWith(condition(group.id), answers, plan).verdict,
  }));
  const found = verdicts.find(({ verdict }) => verdict.is === "done");
  if (found) return { path: found.path, held: found.verdict };
  // The way that it is meant to go in the end says best what is not as it should be.
  return { path: "unclear", held: verdicts.at(-1)?.verdict ?? { is: "done" } };
}

function reachOf({ client, route: { host }, port }: Probe, fresh: boolean) {
  return { want: "reach", pair: { client, host, port }, fresh } as const;
}

function outcomeIn({ reach }: Answers, want: Want): Outcome {
  const seen = reach.get(wantKey(want));
  if (seen === undefined) return notChecked("it was not asked");
  return isUnseen(seen) ? notChecked(seen.unseen) : seen;
}
