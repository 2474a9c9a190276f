// One pair in full: every way that its requests can take, at the start of a plan and wherever a step changes them.
import { judge } from "../conditions/judge.ts";
import { indexPlan, type PlanIndex } from "../conditions/planned.ts";
import type { Condition } from "../conditions/condition.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { StepId } from "../core/ids.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { equalRef } from "../core/object-ref.ts";
import type { Pair } from "../dataplane/pair.ts";
import type { Reached, Way } from "../dataplane/reached.ts";
import type { FederationOptions } from "../federation/federate.ts";
import type { Plan } from "../plan/plan.ts";
import { advance } from "./advance.ts";
import { importedPairs, type PairOfClass } from "./classes.ts";
import { factsOf } from "./facts-of.ts";
import { waysOfClass } from "./outcomes.ts";
import { finest } from "./likeness.ts";
import { passTime } from "./pass-time.ts";
import { withProxiesAtStart } from "./proxies.ts";
import { summary } from "./reach.ts";
import { lookAt } from "./ways.ts";
import { startWorld, type World } from "./world.ts";

export interface Explained {
  /** null: at the start. The same step twice: at once after it, and when what it waits for has come. */
  readonly step: StepId | null;
  readonly title: string;
  readonly outcome: Reached;
  readonly ways: readonly Way[];
}

/** The ways of one pair at the start and after each step that changes them; none: no client of that name reaches the host. */
export function explainPair(
  plan: Plan,
  inputs: readonly ClusterInput[],
  federation: FederationOptions,
  pair: Pair,
): readonly Explained[] {
  const index = indexPlan(plan);
  let world = withProxiesAtStart(startWorld(inputs, federation));
  const ofClass = importedPairs(world, finest(world)).find((each) => isOf(each, pair));
  if (ofClass === undefined) return [];
  const told: Explained[] = [explained(world, ofClass, null, "")];
  const tell = (now: World, step: StepId, title: string): void => {
    const each = explained(now, ofClass, step, title);
    if (key(each) !== key(told.at(-1))) told.push(each);
  };
  for (const { gate, steps } of plan.phases) {
    world = settled(world, gate, index);
    for (const { id, title, action, done } of steps) {
      const result = advance(world, action, plan);
      if ("fails" in result) return told;
      tell(result.world, id, title);
      world = settled(result.world, done, index);
      tell(world, id, title);
    }
  }
  return told;
}

function isOf({ pair: { host, port }, of }: PairOfClass, pair: Pair): boolean {
  return host === pair.host && port === pair.port && of.members.some(({ workload }) => equalRef(workload, pair.client));
}

function explained(world: World, { pair, of }: PairOfClass, step: StepId | null, title: string): Explained {
  const ways = waysOfClass(lookAt(world), of, pair);
  return { step, title, outcome: summary(ways, pair.host), ways };
}

function key(of: Explained | undefined): string {
  return canonicalJson((of?.ways ?? null) as unknown as Json);
}

/** As it is where the condition holds, otherwise some time later. */
function settled(world: World, condition: Condition, index: PlanIndex): World {
  return judge(condition, factsOf(lookAt(world)), index).is === "done" ? world : passTime(world);
}
