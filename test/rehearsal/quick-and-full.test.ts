// Plans that lose requests: looking only at what a step concerns, by classes of clients, says word for word what looking at every
// client in every state says.
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { sortedUnique } from "../../src/core/order.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Phase, Plan, Step } from "../../src/plan/plan.ts";
import type { Rehearsal } from "../../src/rehearsal/rehearsal.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import type { Hash } from "../../src/core/hash.ts";
import { clusterId } from "../../src/core/ids.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type ObjectRef, refText, sortedRefs } from "../../src/core/object-ref.ts";
import { guideConfig } from "../support/guide-config.ts";
import { added, twoMeshes, workload } from "../support/world.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { stated } from "../support/modelled.ts";

const folder = join(root, "examples", "four-meshes");
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
if (fourConfig === null) throw new Error("the example's configuration cannot be read");
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));
const two = await readEastWest();

test.each([
  // Each of its steps is left out once.
  ["East/West", two, planOf(two), 1],
  // Of its steps, one in sixteen.
  ["four meshes", four, planOf(four, fourConfig), 16],
])(
  "%s",
  (_, inputs, plan, every) => {
    const left = stepsOf(plan).filter((_step, at) => at % every === 0);
    const said = left.map(({ id }) => [id, refusals(withoutStep(plan, id), inputs, false)] as const);
    expect(said.filter(([, texts]) => texts.length > 0).length).toBeGreaterThan(left.length / 4);
    expect(said).toEqual(left.map(({ id }) => [id, refusals(withoutStep(plan, id), inputs, true)]));
  },
  240_000,
);

test.each([
  ["East/West", two, planOf(two)],
  ["four meshes", four, planOf(four, fourConfig)],
])("%s: what an undo and time make of who was just moved", (_, inputs, plan) => {
  const [quick, full] = [false, true].map((isFull) => rehearse(plan, inputs, stated, { hash: "", full: isFull }));
  if (!quick || !full) throw new Error("two runs");
  const moved = new Set(
    quick.changes.filter(({ when }) => when === "after").map(({ step, pair }) => `${step} ${pair}`),
  );
  const besides = ({ changes, outcomes }: Rehearsal) =>
    changes.flatMap(({ step, pair, when, outcome }) =>
      (when === "undone" || when === "later") && moved.has(`${step} ${pair}`)
        ? [`${step} ${pair} ${when} ${JSON.stringify(outcomes[outcome])}`]
        : [],
    );
  expect(besides(quick)).toEqual(besides(full));
  // Of each kind there are some, and most are found without carrying them out.
  for (const when of [" undone ", " later "])
    expect(besides(quick).filter((each) => each.includes(when)).length).toBeGreaterThan(0);
});

test.each(["export", "retire-exports"])(
  "one of two workloads behind a host refuses, from the start of %s on",
  (phase) => {
    const labels = { app: "orders", version: "v2" };
    const inputs = added(
      twoMeshes(),
      ...workload({ key: "west", network: null }, "sales", "orders-v2", "orders", true, 1, labels, []),
    );
    const refusing: JsonObject = {
      apiVersion: "security.istio.io/v1beta1",
      kind: "AuthorizationPolicy",
      metadata: { name: "closed", namespace: "sales" },
      spec: { selector: { matchLabels: { version: "v2" } }, action: "DENY", rules: [{}] },
    };
    const plan = planOf(inputs, guideConfig);
    const closed = "closed" as Hash;
    const ref = {
      cluster: clusterId("west"),
      group: "security.istio.io",
      kind: "AuthorizationPolicy",
      namespace: "sales",
      name: "closed",
    };
    const close: Foreign = {
      title: "Close it",
      action: { do: "apply", ref, object: closed, set: [] },
      done: { kind: "present", ref },
    };
    const changed = { ...withStep(plan, phase, close), objects: { ...plan.objects, [closed]: refusing } };
    const [quick, full] = [refusals(changed, inputs, false), refusals(changed, inputs, true)];
    expect(full.some((text) => text.includes("Close it"))).toBe(true);
    expect(quick).toEqual(full);
  },
);

const written = (plan: Plan): readonly ObjectRef[] =>
  sortedRefs(stepsOf(plan).flatMap(({ action }) => (action.do === "apply" ? [action.ref] : [])));
const there = (inputs: readonly ClusterInput[]): readonly ObjectRef[] =>
  sortedRefs(inputs.flatMap(({ objects }) => objects.map(({ ref }) => ref)));

test.each([
  ["East/West: an object that the plan has written", "retire-exports", two, planOf(two), written(planOf(two)), 1],
  [
    "four meshes: an object that the plan has written",
    "retire-exports",
    four,
    planOf(four, fourConfig),
    written(planOf(four, fourConfig)),
    6,
  ],
  ["East/West: an object that was there", "export", two, planOf(two), there(two), 4],
] as const)(
  "%s goes at the start of %s",
  (_, phase, inputs, plan, all, every) => {
    const refs = all.filter(({ kind }, at) => at % every === 0 || /^AuthorizationPolicy$|Set$|^Secret$/u.test(kind));
    const said = (full: boolean) =>
      refs.map((ref) => {
        const gone: Foreign = { title: "It goes", action: { do: "delete", ref }, done: { kind: "absent", ref } };
        const texts = refusals(withStep(plan, phase, gone), inputs, full);
        // Of what is broken already, a look at everything tells again at later steps.
        return [refText(ref), texts.filter((text) => text.includes("It goes"))] as const;
      });
    const quick = said(false);
    expect(quick.filter(([, texts]) => texts.length > 0).length).toBeGreaterThan(3);
    expect(quick).toEqual(said(true));
  },
  240_000,
);

type Foreign = Pick<Step, "title" | "action" | "done">;

/** The plan with one step more at the start of a phase. */
function withStep(plan: Plan, phase: string, foreign: Foreign): Plan {
  const made = ({ steps: [first] }: Phase): Step[] =>
    first ? [{ ...first, ...foreign, id: "foreign" as Step["id"], undo: { how: "restore", also: [] } }] : [];
  return {
    ...plan,
    phases: plan.phases.map((each) => (each.id === phase ? { ...each, steps: [...made(each), ...each.steps] } : each)),
  };
}

function withoutStep(plan: Plan, id: string): Plan {
  return {
    ...plan,
    phases: plan.phases.map((phase) => ({ ...phase, steps: phase.steps.filter((step) => step.id !== id) })),
  };
}

/** Without the names of clients: a class is told by all of its own. */
function refusals(plan: Plan, inputs: readonly ClusterInput[], full: boolean): readonly string[] {
  const { refused } = rehearse(plan, inputs, stated, { hash: "", full, finest: full });
  return sortedUnique(
    refused.map(
      (finding) =>
        `${finding.code} ${findingMessage({ ...finding, params: { ...finding.params, pairs: "", fail: "" } })}`,
    ),
  );
}
