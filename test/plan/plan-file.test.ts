// plan.json there and back: leaving out what follows from the rest loses nothing of a plan, and leaves nothing out that does not follow.
import { describe, expect, test } from "vitest";
import { stepId } from "../../src/core/ids.ts";
import { sortedKeys } from "../../src/core/json.ts";
import { type PlanFile, planFromFile, planLines, type StepLine } from "../../src/plan/plan-file.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { planOf, stepsOf } from "../support/example.ts";
import { makeWorld, twoMeshes } from "../support/world.ts";

const textOf = (plan: Plan): string => [...planJson(plan)].join("");
const fileOf = (plan: Plan): PlanFile => JSON.parse(textOf(plan)) as PlanFile;

const three = { clients: ["a", "b", "c"] };
const plans: readonly (readonly [string, Plan])[] = [
  ["of two meshes", planOf(twoMeshes({ east: three }))],
  [
    "of MultiTenant meshes",
    planOf(twoMeshes({ east: { ...three, mode: "MultiTenant" }, west: { mode: "MultiTenant" } })),
  ],
  ["of nothing", planOf(makeWorld({ meshes: [], links: [] }))],
];

describe("a plan read back from its plan.json is the same", () => {
  for (const [name, plan] of plans) test(name, () => expect(planFromFile(fileOf(plan))).toEqual(plan));

  test("and gives the same text", () => {
    for (const [, plan] of plans) expect(textOf(planFromFile(fileOf(plan)))).toBe(textOf(plan));
  });
});

const [, plan] = plans[0] ?? ["", planOf(twoMeshes())];
const applied = (step: Step): boolean => step.action.do === "apply" && step.done.kind === "present";

describe("a step's line", () => {
  const found = stepsOf(plan).find(applied);
  const apply: Step = found ?? stepsOf(plan)[0] ?? ({} as Step);
  const line = (over: Partial<Step>): StepLine => {
    const [only, ...others] = planLines(plan.objects).steps([{ ...apply, ...over }]);
    if (!only || !("id" in only) || others.length > 0) throw new Error("no line of its own");
    return only;
  };
  const back = (over: Partial<Step>): Step | undefined => {
    const phases = [{ ...(plan.phases[0] ?? ({} as Plan["phases"][number])), steps: [{ ...apply, ...over }] }];
    return planFromFile(fileOf({ ...plan, phases })).phases[0]?.steps[0];
  };

  test("names neither what its action brings about nor the object that the template names", () => {
    expect(found).toBeDefined();
    expect(line({})).not.toHaveProperty("done");
    expect(line({})).not.toHaveProperty("undo");
    expect(line({}).action).not.toHaveProperty("ref");
  });

  const others: readonly (readonly [string, Partial<Step>])[] = [
    ["another object to be present", { done: { kind: "present", ref: { ...refOf(apply), name: "other" } } }],
    ["the object to be absent", { done: { kind: "absent", ref: refOf(apply) } }],
    ["nothing to wait for, where the action brings something about", { done: { kind: "all", of: [] } }],
    ["no undo, where the action has one", { undo: { how: "none", needed: false } }],
    ["an undo with more behind it", { undo: { how: "restore", also: [{ do: "wait" }] } }],
    [
      "an object that the template does not name",
      { action: { ...actionOf(apply), ref: { ...refOf(apply), name: "x" } } },
    ],
    ["a template that is not there", { action: { ...actionOf(apply), object: "sha256:none" } }],
    ["a value that is no list of texts", { action: { ...actionOf(apply), set: [{ pointer: "/a", value: [1, "x"] }] } }],
    ["an empty list", { action: { ...actionOf(apply), set: [{ pointer: "/a", value: [] }] } }],
    ["no routes", { routes: [] }],
    ["two routes", { routes: [...plan.routes, ...plan.routes].map(({ id }) => id).slice(0, 2) }],
    ["a time of its own", { timeoutMs: 1 }],
    [
      "predecessors, expectation and parameters",
      { after: [stepId("a")], expect: "any", why: { rule: "r", params: { n: 1 } } },
    ],
    ["an action without an object", { action: { do: "wait" }, done: { kind: "all", of: [] } }],
  ];
  for (const [what, over] of others) test(`keeps ${what}`, () => expect(back(over)).toEqual({ ...apply, ...over }));
});

describe("a file that is not whole", () => {
  test("without its lists is refused", () =>
    expect(() => planFromFile({ ...fileOf(plan), lists: [] })).toThrow("has no list"));
  test("without an object is refused", () =>
    expect(() => planFromFile({ ...fileOf(plan), objects: {} })).toThrow("has no object"));
});

test("keys of objects are put in order at every depth, and what is in order stays what it is", () => {
  const value = { a: [{ b: 1, c: { d: null } }], e: "x" };
  expect(sortedKeys(value)).toBe(value);
  expect(JSON.stringify(sortedKeys({ e: "x", a: [{ c: { d: null }, b: 1 }] }))).toBe(JSON.stringify(value));
  expect(JSON.stringify(sortedKeys([{ b: 1, a: 2 }]))).toBe('[{"a":2,"b":1}]');
});

function actionOf({ action }: Step): Extract<Step["action"], { readonly do: "apply" }> {
  if (action.do !== "apply") throw new Error("no apply");
  return action;
}

function refOf(step: Step) {
  return actionOf(step).ref;
}
