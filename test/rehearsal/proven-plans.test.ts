// Plans that are right: the rehearsal finds nothing in them, the quick way to look and the full one say the same, and a door that a plan shuts is missed.
import { describe, expect, test } from "vitest";
import { join } from "node:path";
import { defaultConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { refKey } from "../../src/core/object-ref.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { OutcomeChange, Rehearsal } from "../../src/rehearsal/rehearsal.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { planOf, readEastWest, readFolder, root } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";
import { stated } from "../support/modelled.ts";
import { randomEastWest, randomWorld } from "../worlds/random-world.ts";

const folder = join(root, "examples", "four-meshes");
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));

describe("East/West", () => {
  test.each([
    ["trust by peers", defaultConfig],
    ["a combined root", guideConfig],
  ])("%s: nothing is lost, and looking at every pair in every state finds the same", async (_, config) => {
    const inputs = await readEastWest();
    const plan = planOf(inputs, config);
    const quick = rehearse(plan, inputs, stated, { hash: "sha256:0" });
    const full = rehearse(plan, inputs, stated, { hash: "sha256:0", full: true });
    expect([quick.refused, full.refused]).toEqual([[], []]);
    const main = ({ changes }: { readonly changes: readonly OutcomeChange[] }) =>
      changes.filter(({ when }) => when === "after").map(({ step, pair }) => `${step} ${pair}`);
    expect(main(quick)).toEqual(main(full));
    expect(quick.counts.evaluated).toBeLessThan(full.counts.evaluated);
    expect(quick.pairs.length).toBe(2);
  });
});

describe("four meshes", () => {
  if (fourConfig === null) throw new Error("the example's configuration cannot be read");
  const plan = planOf(four, fourConfig);

  test("nothing is lost; of the one host that does not work today, that is said", () => {
    const { refused, pairs, counts } = rehearse(plan, four, stated, { hash: "" });
    expect(refused.map(({ code }) => code)).toEqual(["MF957"]);
    expect(refused.map(findingMessage)[0]).toContain("audit.pay.svc.cluster.local:8080");
    expect([pairs.length, counts.steps]).toEqual([35, 125]);
  });

  test("telling all clients apart, and looking at every pair in every state, finds the same", () => {
    const quick = rehearse(plan, four, stated, { hash: "" });
    const finest = rehearse(plan, four, stated, { hash: "", finest: true });
    const full = rehearse(plan, four, stated, { hash: "", finest: true, full: true });
    expect(finest.pairs.length).toBe(42);
    expect(metBy(finest)).toEqual(metBy(full));
    expect(metBy(quick)).toEqual(metBy(finest));
  });

  test("without the policy that keeps them out, others get in", () => {
    const open: Plan = {
      ...plan,
      phases: plan.phases.map((phase) => ({
        ...phase,
        steps: phase.steps.filter(
          ({ id }) => !id.endsWith("lyon/AuthorizationPolicy.security.istio.io/fx/meshferry-rates"),
        ),
      })),
    };
    const found = rehearse(open, four, stated, { hash: "" }).refused.filter(({ code }) => code === "MF954");
    expect(found.map(({ params }) => [params["mesh"], params["service"]])).toEqual([
      ["oslo/istio-system/basic", "lyon: Deployment fx/rates"],
    ]);
  });
});

/** What each client meets at each host: at the start, and wherever it changes in the course of the plan. */
function metBy({ pairs, start, changes, outcomes }: Rehearsal): ReadonlyMap<string, readonly string[]> {
  const said = (outcome: number | undefined): string => {
    const { state, path, seenAs = [], reasons = [] } = outcomes[outcome ?? -1] ?? {};
    // A client is seen under its own name: of a class that holds several, under the first's.
    return `${state} ${path} ${seenAs.length} ${reasons.map(({ code }) => code).join()}`;
  };
  const met = new Map<string, string[]>();
  for (const [at, { clients, host, port }] of pairs.entries()) {
    const own = changes.filter(({ pair, when }) => pair === at && when === "after");
    const course: string[] = [said(start[at])];
    // While some of a class have been started anew and others not, it has more ways, which come to the same.
    let last = course[0];
    for (const { step, outcome } of own) {
      const next = said(outcome);
      if (next !== last) course.push(`${step} ${next}`);
      last = next;
    }
    for (const { workloads } of clients) for (const ref of workloads) met.set(`${refKey(ref)} ${host}:${port}`, course);
  }
  return new Map([...met].sort(([left], [right]) => (left < right ? -1 : 1)));
}

test("drawn worlds that nothing blocks are proven", () => {
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  const plans = seeds.map((seed) => {
    const inputs = randomWorld(seed);
    return { seed, inputs, plan: planOf(inputs, { ...defaultConfig, eastWest: randomEastWest(seed) }) };
  });
  const free = plans.filter(({ plan }) => plan.findings.every(({ severity }) => severity !== "block"));
  expect(free.length).toBeGreaterThan(4);
  const alarms = free.flatMap(({ seed, inputs, plan }) =>
    rehearse(plan, inputs, stated, { hash: "" })
      .refused.filter(({ severity }) => severity === "block")
      .map((finding) => `world ${seed}: ${findingMessage(finding)}`),
  );
  expect(alarms).toEqual([]);
  for (const { inputs, plan } of free.slice(0, 4)) {
    const full = rehearse(plan, inputs, stated, { hash: "", finest: true, full: true });
    expect(metBy(rehearse(plan, inputs, stated, { hash: "" }))).toEqual(metBy(full));
  }
}, 180_000);
