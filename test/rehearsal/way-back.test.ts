// A plan carried out to its end in the model, and then taken back to the start, in the order in which `undo` does it: nothing is lost on
// the way, neither at once nor some time later.
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Condition } from "../../src/conditions/condition.ts";
import { judge } from "../../src/conditions/judge.ts";
import { indexPlan } from "../../src/conditions/planned.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { StepId } from "../../src/core/ids.ts";
import type { Phase, Plan, Step } from "../../src/plan/plan.ts";
import { advance, undone } from "../../src/rehearsal/advance.ts";
import { importedPairs, type PairOfClass } from "../../src/rehearsal/classes.ts";
import { factsOf } from "../../src/rehearsal/facts-of.ts";
import { finest } from "../../src/rehearsal/likeness.ts";
import { pairText } from "../../src/rehearsal/losses.ts";
import { waysOfClass } from "../../src/rehearsal/outcomes.ts";
import { passTime } from "../../src/rehearsal/pass-time.ts";
import { withProxiesAtStart } from "../../src/rehearsal/proxies.ts";
import { summary } from "../../src/rehearsal/reach.ts";
import { lookAt } from "../../src/rehearsal/ways.ts";
import { startWorld, type World } from "../../src/rehearsal/world.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { stated } from "../support/modelled.ts";
import { randomEastWest, randomWorld } from "../worlds/random-world.ts";

const folder = join(root, "examples", "four-meshes");
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
if (fourConfig === null) throw new Error("the example's configuration cannot be read");
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));
const two = await readEastWest();
const drawn = Array.from({ length: 12 }, (_, seed) => {
  const inputs = randomWorld(seed);
  const plan = planOf(inputs, { ...defaultConfig, eastWest: randomEastWest(seed) });
  return [`drawn world ${seed}`, inputs, plan] as const;
}).filter(([, , { findings }]) => findings.every(({ severity }) => severity !== "block"));

test.each([
  ["East/West", two, planOf(two)] as const,
  ["four meshes", four, planOf(four, fourConfig)] as const,
  ...drawn,
])(
  "%s",
  (_, inputs, plan) => {
    const start = withProxiesAtStart(startWorld(inputs, stated));
    const pairs = importedPairs(start, finest(start)).filter((pair) => arrives(start, pair));
    expect(pairs.length).toBeGreaterThan(0);
    const { end, befores } = carriedOut(start, plan);
    expect(takenBack(end, plan, befores, pairs)).toEqual({ lost: [], taken: stepsOf(plan).length });
  },
  120_000,
);

function arrives(world: World, { of, pair }: PairOfClass): boolean {
  return summary(waysOfClass(lookAt(world), of, pair), pair.host).state === "ok";
}

function carriedOut(start: World, plan: Plan): { readonly end: World; readonly befores: ReadonlyMap<StepId, World> } {
  const befores = new Map<StepId, World>();
  let world = start;
  for (const { gate, steps } of plan.phases) {
    world = settled(world, gate, plan);
    for (const step of steps) {
      befores.set(step.id, world);
      const next = advance(world, step.action, plan);
      if ("fails" in next) throw new Error(next.fails);
      world = settled(next.world, step.done, plan);
    }
  }
  return { end: world, befores };
}

function takenBack(end: World, plan: Plan, befores: ReadonlyMap<StepId, World>, pairs: readonly PairOfClass[]) {
  const lost: string[] = [];
  let [world, taken] = [end, 0];
  const look = (at: World, when: string): void => {
    for (const each of pairs) if (!arrives(at, each)) lost.push(`${when}: ${pairText(each.pair)}`);
  };
  for (const step of [...plan.phases].reverse().flatMap(inUndoOrder)) {
    const before = befores.get(step.id);
    const back = before ? undone(before, world, step, plan) : { fails: "it was not carried out" };
    if ("fails" in back) throw new Error(`the undo of ${step.id}: ${back.fails}`);
    world = back.world;
    look(world, `undo of ${step.id}`);
    if (step.undo.how === "wait" && step.undo.otherwise === "stop") {
      world = settled(world, step.undo.done, plan);
      expect([step.id, judge(step.undo.done, factsOf(lookAt(world)), indexPlan(plan)).is]).toEqual([step.id, "done"]);
    }
    look(passTime(world), `some time after the undo of ${step.id}`);
    taken += 1;
  }
  return { lost, taken };
}

/** src/run/undo-plan.ts: what a phase has written in reverse order, then what it had started anew, in the order of the plan. */
function inUndoOrder({ steps }: Phase): readonly Step[] {
  const isRestart = ({ action }: Step): boolean => action.do === "restart";
  return [...steps.filter((step) => !isRestart(step)).reverse(), ...steps.filter(isRestart)];
}

/** As it is where the condition holds, otherwise some time later. */
function settled(world: World, condition: Condition, plan: Plan): World {
  return judge(condition, factsOf(lookAt(world)), indexPlan(plan)).is === "done" ? world : passTime(world);
}
