import { describe, expect, test } from "vitest";
import { all } from "../../conditions/condition.ts";
import { clusterId, stepId } from "../../core/ids.ts";
import { hashOf } from "../../core/hash.ts";
import type { Step } from "../../plan/plan.ts";
import { stepGroups } from "./step-groups.ts";

const plain = hashOf("plain");
const slotted = hashOf("slotted");

function apply(
  name: string,
  more: { kind?: string; cluster?: string; object?: typeof plain } & Partial<Step> = {},
): Step {
  const { kind = "ServiceEntry", cluster = "east", object = plain, ...step } = more;
  return {
    id: stepId(name),
    title: name,
    action: {
      do: "apply",
      ref: { cluster: clusterId(cluster), group: "networking.istio.io", kind, namespace: "a", name },
      object,
      set: [],
    },
    after: [],
    expect: "absent",
    done: all(),
    timeoutMs: 1000,
    undo: { how: "restore", also: [] },
    routes: [],
    why: { rule: "x", params: {} },
    ...step,
  };
}

function groups(...steps: readonly Step[]): string[][] {
  return stepGroups(steps, { earlier: new Map(), slotted: new Set([slotted]) }).map((each) => each.map(({ id }) => id));
}

describe("a group", () => {
  test("holds consecutive applies of one cluster and kind", () => {
    expect(
      groups(apply("a"), apply("b"), apply("c", { kind: "Gateway" }), apply("d"), apply("e", { cluster: "west" })),
    ).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
  });

  test("ends before a step that comes after one of its own, not before one that comes after an earlier one", () => {
    const first = stepId("first");
    expect(
      groups(apply("first", { kind: "Gateway" }), apply("a", { after: [first] }), apply("b", { after: [first] })),
    ).toEqual([["first"], ["a", "b"]]);
    expect(
      groups(apply("a"), apply("b", { after: [stepId("a")] }), apply("c"), apply("d", { after: [stepId("a")] })),
    ).toEqual([["a"], ["b", "c", "d"]]);
  });

  test("holds no step with a slot, and none that is undone in another way", () => {
    expect(groups(apply("a"), apply("b", { object: slotted }), apply("c"))).toEqual([["a"], ["b"], ["c"]]);
    expect(groups(apply("a"), apply("b", { expect: "ours" }), apply("c", { expect: "ours" }))).toEqual([
      ["a"],
      ["b", "c"],
    ]);
  });

  test("never holds waits, which stand alone", () => {
    const wait = { action: { do: "wait" } } as const;
    expect(groups(apply("a", wait), apply("b", wait))).toEqual([["a"], ["b"]]);
  });
});
