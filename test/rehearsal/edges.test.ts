// Every edge of a plan's order is there for something: without the step that is waited for, or with both the other way round, the plan
// is refused, not before somebody waits for it, and for a reason that names its object.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { type Edge, edgesOf, turnedRound, withoutStep } from "../support/edges.ts";
import { isNamed, placeOf } from "../support/edge-names.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { stated } from "../support/modelled.ts";
import { randomEastWest, randomWorld } from "../worlds/random-world.ts";

interface Case {
  readonly name: string;
  readonly inputs: readonly ClusterInput[];
  readonly plan: Plan;
}

/** EDGES=all: each of them, which takes an hour. */
const isWhole = process.env["EDGES"] === "all";

const folder = join(root, "examples", "four-meshes");
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
if (fourConfig === null) throw new Error("the example's configuration cannot be read");
const two = await readEastWest();
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));

const examples: readonly (Case & { readonly every: number })[] = [
  { name: "East/West", inputs: two, plan: planOf(two), every: 1 },
  { name: "four meshes", inputs: four, plan: planOf(four, fourConfig), every: 19 },
];

/** What is wrong with an edge, as far as the rehearsal of a plan without it tells; null: nothing. */
function silence({ name, inputs, plan }: Case, edge: Edge): string | null {
  const places = new Map(stepsOf(plan).map(({ id }, place) => [id, place]));
  const followers = stepsOf(plan).filter(({ after }) => after.includes(edge.before.id));
  const first = Math.min(...followers.map(({ id }) => places.get(id) ?? 0));
  const missing = withoutStep(plan, edge.before.id);
  // One step fewer comes before them.
  const without = said(missing, inputs, edge).filter((finding) => placeOf(finding, missing) >= first - 1);
  const turned = turnedRound(plan, edge);
  const at = stepsOf(turned).findIndex(({ id }) => id === edge.step.id);
  const round = said(turned, inputs, edge).filter((finding) => placeOf(finding, turned) >= at);
  const silent = [...(without.length === 0 ? ["left out"] : []), ...(round.length === 0 ? ["turned round"] : [])];
  return silent.length === 0 ? null : `${name}: ${edge.before.id} → ${edge.step.id}: ${silent.join(", ")}`;
}

/** The reasons that name the object of the edge's first step. */
function said(plan: Plan, inputs: readonly ClusterInput[], { before }: Edge): readonly Finding[] {
  return rehearse(plan, inputs, stated, { hash: "" }).refused.filter(
    (finding) => finding.severity === "block" && isNamed(plan, before, finding),
  );
}

function needed({ plan }: Case): readonly Edge[] {
  return edgesOf(plan).filter((edge) => edge.for === "effect");
}

describe.each(examples)("$name", (example) => {
  test("no edge is there for nothing", () => {
    const every = isWhole ? 1 : example.every;
    const edges = needed(example).filter((_, at) => at % every === 0);
    expect(edges.length).toBeGreaterThan(6);
    expect(edges.flatMap((edge) => silence(example, edge) ?? [])).toEqual([]);
  }, 3_600_000);

  test("few edges are there for consent, or to keep control planes apart", () => {
    const edges = edgesOf(example.plan);
    const marked = edges.length - needed(example).length;
    expect(marked).toBeGreaterThan(0);
    expect(marked / edges.length).toBeLessThanOrEqual(0.1);
  });
});

describe("fifty drawn worlds that nothing blocks", () => {
  const worlds: Case[] = [];
  for (let seed = 0; worlds.length < 50; seed += 1) {
    const inputs = randomWorld(seed);
    const plan = planOf(inputs, { ...defaultConfig, eastWest: randomEastWest(seed) });
    if (plan.findings.every(({ severity }) => severity !== "block"))
      worlds.push({ name: `world ${seed}`, inputs, plan });
  }

  test("no edge is there for nothing", () => {
    const silent = worlds.flatMap((world, at) => {
      const edges = needed(world);
      // Another part of the plan in each world.
      const chosen = isWhole ? edges : edges.slice((at * 37) % edges.length).slice(0, 1);
      return chosen.flatMap((edge) => silence(world, edge) ?? []);
    });
    expect(silent).toEqual([]);
  }, 7_200_000);

  test("few edges are there for consent, or to keep control planes apart", () => {
    const all = worlds.flatMap(({ plan }) => edgesOf(plan));
    const marked = all.filter((edge) => edge.for !== "effect");
    expect(all.length).toBeGreaterThan(2_000);
    expect(marked.length / all.length).toBeLessThanOrEqual(0.1);
  });
});
