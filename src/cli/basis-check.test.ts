// The facts of a plan, looked at again in the middle of its own run: its own steps are no change, somebody else's are, by name.
import { describe, expect, test } from "vitest";
import { afterStep, changesObjects } from "../../test/support/after-step.ts";
import { planOf, readEastWest, stepsOf } from "../../test/support/example.ts";
import { guideConfig } from "../../test/support/guide-config.ts";
import { twoMeshes } from "../../test/support/world.ts";
import type { Condition } from "../conditions/condition.ts";
import type { ClusterInput } from "../core/cluster.ts";
import { hashOf } from "../core/hash.ts";
import type { StepId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { withValueAt } from "../core/pointer.ts";
import type { Plan, Step } from "../plan/plan.ts";
import type { BeforeImages, Image } from "../run/before-images.ts";
import type { Found } from "../run/run-event.ts";
import { notBegun, type RunState, type StepRecord } from "../run/run-state.ts";
import { touched } from "../plan/touched.ts";
import { changedFacts } from "./basis-check.ts";

const images = new Map<string, Image>();
const kept: BeforeImages = {
  keep: async () => [],
  read: ({ image }) => images.get(image ?? "") ?? null,
};

function objectIn(inputs: readonly ClusterInput[], ref: ObjectRef): KubeObject | null {
  return inputs.flatMap(({ objects }) => objects).find((object) => refKey(object.ref) === refKey(ref)) ?? null;
}

function noted(inputs: readonly ClusterInput[], { id, action }: Step): StepRecord {
  const found = touched(action).map((ref): [string, Found] => {
    const object = objectIn(inputs, ref);
    const image = object === null || ref.kind === "Secret" ? null : `${id} ${refKey(ref)}`;
    if (object !== null && image !== null) images.set(image, { ref, body: object.body, applied: null });
    return [refKey(ref), { ref, uid: object === null ? null : "uid", resourceVersion: object && "1", image }];
  });
  return { done: true, found: new Map(found), last: null };
}

const stateWith = (plan: Plan, steps: ReadonlyMap<StepId, StepRecord>): RunState => ({
  ...notBegun,
  plan: hashOf(plan.madeBy),
  steps,
});

/** What others take away because of the step, once it is done. */
function withoutAwaited(inputs: readonly ClusterInput[], done: Condition): readonly ClusterInput[] {
  if (done.kind === "all")
    return done.of.reduce((left: readonly ClusterInput[], each) => withoutAwaited(left, each), inputs);
  if (done.kind !== "absent") return inputs;
  const gone = refKey(done.ref);
  return inputs.map((input) => ({ ...input, objects: input.objects.filter(({ ref }) => refKey(ref) !== gone) }));
}

describe("after each step of its own, the plan's facts hold", () => {
  test.each([["examples/east-west", readEastWest] as const, ["two meshes", async () => twoMeshes()] as const])(
    "%s",
    async (_name, read) => {
      let now: readonly ClusterInput[] = await read();
      const plan = planOf(now);
      const steps = new Map<StepId, StepRecord>();
      expect(changedFacts(plan, notBegun, kept, now, guideConfig)).toEqual([]);
      for (const step of stepsOf(plan)) {
        if (!changesObjects(step) && step.action.do !== "restart") continue;
        steps.set(step.id, noted(now, step));
        now = withoutAwaited(afterStep(now, plan, step), step.done);
        expect(changedFacts(plan, stateWith(plan, steps), kept, now, guideConfig), step.id).toEqual([]);
      }
      expect(steps.size).toBeGreaterThan(10);
    },
    120_000,
  );
});

test("a gateway's Service that goes before the plan has begun to take it away is a change", async () => {
  const before = await readEastWest();
  const plan = planOf(before);
  const removal = stepsOf(plan).findLast(({ action }) => action.do === "patch");
  if (!removal) throw new Error("nothing is taken out of a control plane");
  const early = withoutAwaited(before, removal.done);
  const found = changedFacts(plan, notBegun, kept, early, guideConfig);
  expect(found.map(({ code, params }) => [code, params["facts"]])).toContainEqual(["MF912", "that it is gone"]);
});

test("what somebody else has changed is named: an export more, a set that is gone", () => {
  const before = twoMeshes();
  const plan = planOf(before);
  const set = before.flatMap(({ objects }) => objects).find(({ ref }) => ref.kind === "ExportedServiceSet");
  if (!set) throw new Error("the world has no export set");
  const edited = before.map((input) => ({
    ...input,
    objects: input.objects.map((object) =>
      object === set
        ? { ...object, body: withValueAt(object.body, "/spec/exportRules/0/nameSelector/name", "other") as JsonObject }
        : object,
    ),
  }));
  expect(
    changedFacts(plan, notBegun, kept, edited, guideConfig).map(({ code, params }) => [code, params]),
  ).toContainEqual([
    "MF912",
    {
      object: `${set.ref.cluster}: ExportedServiceSet ${set.ref.namespace}/${set.ref.name}`,
      facts: 'its facts "spec"',
    },
  ]);
  const gone = before.map((input) => ({ ...input, objects: input.objects.filter((object) => object !== set) }));
  expect(changedFacts(plan, notBegun, kept, gone, guideConfig).map(({ params }) => params["facts"])).toContain(
    "that it is gone",
  );
});
