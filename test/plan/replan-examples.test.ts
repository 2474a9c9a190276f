// Planning the examples again after each change gives the changes that remain, whichever order trust asks for.
import { describe, expect, test } from "vitest";
import { type Config, defaultConfig } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { canonicalJson, type Json } from "../../src/core/json.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { afterStep, changesObjects } from "../support/after-step.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";

const fourMeshes = (): Promise<ClusterInput[]> =>
  Promise.all(
    ["paris", "lyon", "oslo", "cork"].map((name) => readFolder(name, `${root}/examples/four-meshes/${name}`)),
  );

/** Each change as it would be made: id, and what is done. */
function changes(plan: Plan): string[] {
  return stepsOf(plan)
    .filter(changesObjects)
    .map(({ id, action }) => {
      const template = action.do === "apply" ? (plan.objects[action.object] ?? null) : null;
      return `${id} ${canonicalJson([action, template] as unknown as Json)}`;
    });
}

const cases: readonly (readonly [string, () => Promise<ClusterInput[]>, Config])[] = [
  ["east-west, combined roots", readEastWest, guideConfig],
  ["east-west, peers", readEastWest, defaultConfig],
  ["four-meshes, combined roots", fourMeshes, guideConfig],
  ["four-meshes, peers", fourMeshes, defaultConfig],
];

describe("after each change", () => {
  test.each(cases)(
    "%s",
    async (_name, read, config) => {
      let now: readonly ClusterInput[] = await read();
      const plan = planOf(now, config);
      let remaining = changes(plan);
      expect(remaining.length).toBeGreaterThan(10);
      for (const step of stepsOf(plan)) {
        now = afterStep(now, plan, step);
        if (changesObjects(step)) remaining = remaining.slice(1);
        // A restart shows where istiod takes its CA anew; waits and questions change nothing.
        else if (step.action.do !== "restart") continue;
        // An object that an earlier step of the plan has made is there by now; what is laid over it stays the same.
        expect(changes(planOf(now, config)), `after ${step.id}`).toEqual(remaining);
      }
      expect(remaining).toEqual([]);
    },
    120_000,
  );
});
