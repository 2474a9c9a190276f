// Steps that differ in their objects alone stand as a group in plan.json; what one of them has for itself stays its own.
import { describe, expect, test } from "vitest";
import { clusterId, type RouteId, stepId } from "../../src/core/ids.ts";
import { makeStep, restore } from "../../src/plan/make-step.ts";
import { type PlanFile, planFromFile } from "../../src/plan/plan-file.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { planOf } from "../support/example.ts";
import { makeWorld } from "../support/world.ts";

const nothing = planOf(makeWorld({ meshes: [], links: [] }));
const route = (name: string): RouteId => `east/m/m|${name}.a` as RouteId;

const template = (name: string, annotated = true) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...(annotated ? { annotations: { "meshferry.dev/route": route(name) } } : {}), name, namespace: "n" },
});
const objects = {
  "sha256:a": template("a"),
  "sha256:b": template("b"),
  "sha256:c": template("c"),
  "sha256:none": template("none", false),
} as const;

type Name = "a" | "b" | "c" | "none";

function apply(name: Name, over: Partial<Step> & { readonly cluster?: string; readonly seenBy?: string[] } = {}): Step {
  const { cluster = "east", seenBy, ...rest } = over;
  const ref = { cluster: clusterId(cluster), group: "", kind: "ConfigMap", namespace: "n", name };
  const set = seenBy ? [{ pointer: "/spec/exportTo", value: seenBy }] : [];
  const action = { do: "apply", ref, object: `sha256:${name}`, set } as const;
  const done = { kind: "present", ref } as const;
  const routes = name === "none" ? [] : [route(name)];
  return { ...makeStep({ phase: "import", title: name, action, rule: "r", done, undo: restore, routes }), ...rest };
}

const idOf = (name: Name) => stepId(`import/apply/east/ConfigMap/n/${name}`);
const wait = (name: string, after: Step["after"] = []): Step =>
  makeStep({ phase: "import", title: name, about: name, action: { do: "wait" }, rule: "w", after });

function planWith(steps: readonly Step[]): Plan {
  return {
    ...nothing,
    objects,
    phases: [{ id: "import", gate: { kind: "all", of: [] }, steps, verify: [], reversible: true }],
  };
}

/** The lines of the steps; it is seen that they give the steps back. */
function linesOf(steps: readonly Step[]): PlanFile["phases"][number]["steps"] {
  const text = [...planJson(planWith(steps))].join("");
  const file = JSON.parse(text) as PlanFile;
  expect(planFromFile(file)).toEqual(planWith(steps));
  expect([...planJson(planFromFile(file))].join("")).toBe(text);
  return file.phases[0]?.steps ?? [];
}

const one = stepId("one");
const two = stepId("two");

describe("a group", () => {
  test("says once what its steps share, and of each what it has beside that", () => {
    const common = { expect: "absent", seenBy: ["x"] } as const;
    const steps = [
      apply("a", { ...common, seenBy: ["x"], after: [one, two], routes: [] }),
      apply("b", { ...common, seenBy: ["x"], after: [one, two], routes: [route("a")] }),
      apply("c", { ...common, seenBy: ["x"], after: [one], routes: [route("c"), route("a")] }),
      apply("none", { ...common, seenBy: ["x"], after: [one, two], routes: [route("a"), route("b")] }),
    ];
    expect(linesOf(steps)).toEqual([
      {
        common: {
          cluster: "east",
          rule: "r",
          after: ["one"],
          expect: "absent",
          set: [{ pointer: "/spec/exportTo", list: 0 }],
        },
        steps: [
          { id: idOf("a"), title: "a", object: "sha256:a", after: ["two"], routes: [] },
          { id: idOf("b"), title: "b", object: "sha256:b", after: ["two"], routes: [route("a")] },
          { id: idOf("c"), title: "c", object: "sha256:c", routes: 1 },
          { id: idOf("none"), title: "none", object: "sha256:none", after: ["two"], routes: 2 },
        ],
      },
    ]);
  });

  test("of nothing but objects has only its cluster and rule", () => {
    expect(linesOf([apply("a"), apply("none")])).toEqual([
      {
        common: { cluster: "east", rule: "r" },
        steps: [
          { id: idOf("a"), title: "a", object: "sha256:a" },
          { id: idOf("none"), title: "none", object: "sha256:none" },
        ],
      },
    ]);
  });

  const others: readonly (readonly [string, Step])[] = [
    ["another cluster", apply("b", { cluster: "west" })],
    ["another rule", apply("b", { why: { rule: "other", params: {} } })],
    ["another expectation", apply("b", { expect: "ours" })],
    ["other fields", apply("b", { seenBy: ["x"] })],
    ["parameters", apply("b", { why: { rule: "r", params: { n: 1 } } })],
    ["a time of its own", apply("b", { timeoutMs: 1 })],
    ["more to wait for", apply("b", { done: { kind: "all", of: [] } })],
    ["another undo", apply("b", { undo: { how: "none", needed: false } })],
    ["another action", wait("b")],
  ];
  for (const [what, other] of others)
    test(`ends before a step with ${what}`, () => {
      const lines = linesOf([apply("a"), other, apply("c")]);
      expect(lines.map((line) => ("id" in line ? line.title : "group"))).toEqual(["a", "b", "c"]);
    });
});

describe("after", () => {
  const steps = [apply("a"), apply("b"), apply("c")];
  const ids = steps.map(({ id }) => id);
  const afterOf = (after: Step["after"]) => {
    const last = linesOf([...steps, wait("last", after)]).at(-1);
    return last && "id" in last ? last.after : null;
  };

  test("names the first and the last of three steps or more that stand one behind the other", () => {
    expect(afterOf([one, ...ids, two])).toEqual(["one", { from: idOf("a"), to: idOf("c") }, "two"]);
  });
  test("names two each, and those in another order", () => {
    expect(afterOf(ids.slice(1))).toEqual([idOf("b"), idOf("c")]);
    expect(afterOf(ids.toReversed())).toEqual([idOf("c"), idOf("b"), idOf("a")]);
  });
  test("with a step that is not there is refused", () => {
    const file = JSON.parse([...planJson(planWith([wait("a")]))].join("")) as PlanFile;
    const phases = file.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) => ({ ...step, after: [{ from: one, to: two }] })),
    }));
    expect(() => planFromFile({ ...file, phases })).toThrow("plan.json has no step one or two");
  });
});
