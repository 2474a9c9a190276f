// What `status` says of a run that was stopped because somebody deleted an object of ours.
import { expect, test } from "vitest";
import { configMap, one, PlanBuilder } from "../../../test/live/small-plans.ts";
import { hashOf } from "../../core/hash.ts";
import { objectsTakenAway } from "../../findings/codes/run.ts";
import { notBegun } from "../../run/run-state.ts";
import type { StepStanding } from "../../run/survey.ts";
import { runStatusView } from "../model/status-view.ts";
import { paint } from "./paint.ts";
import { statusText } from "./status-text.ts";

const ref = configMap(one, "made");
const step = new PlanBuilder().apply("import", ref, {});
const object = "one: ConfigMap default/made";

function shown(standing: Pick<StepStanding, "noted" | "shown">): string {
  const state = {
    ...notBegun,
    plan: hashOf("plan"),
    ended: "stopped",
    troubles: [objectsTakenAway.at([ref], { objects: object })],
  } as const;
  const standings = [{ phase: "import", noted: "ended", steps: [{ step, touches: [ref], ...standing }] }] as const;
  const run = runStatusView("sha256:plan", state, [], standings);
  return statusText({ apiVersion: "meshferry/status.v1", run, clusters: [] }, paint(200, false)).join("\n");
}

test("why it stopped, and which object is not in place", () => {
  const text = shown({ noted: "done", shown: "to-do" });
  expect(text).toContain(`why      MF924: ${object} is not there any more`);
  expect(text).toContain("do       Find out who deletes it");
  expect(text).toContain(`  ! import: apply made (${object}): done, and not in place any more`);
});

test("a step that was begun, and one that is as it should be", () => {
  expect(shown({ noted: "begun", shown: "to-do" })).toContain(`! import: apply made (${object}): begun and not ended`);
  expect(shown({ noted: "done", shown: "in-place" })).not.toContain("!");
});
