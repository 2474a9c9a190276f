// A run's events as people read them in a log.
import { expect, test } from "vitest";
import { configMap, one, PlanBuilder } from "../../../test/live/small-plans.ts";
import { stepId } from "../../core/ids.ts";
import { objectNotOurs, waitedInVain } from "../../findings/codes/run.ts";
import type { RunEvent, RunEventBody } from "../../run/run-event.ts";
import { paint } from "./paint.ts";
import { runLines } from "./run-lines.ts";

const ref = configMap(one, "made");
const builder = new PlanBuilder();
const step = builder.apply("export", ref, {}, { title: "Create \u001b[31mit" });
const plan = builder.phase("export", [step]).plan();

function told(...bodies: RunEventBody[]): string[] {
  const lines = runLines(plan, paint(200, false));
  return bodies.flatMap((body, index) => {
    const event: RunEvent = { v: 1, seq: index, at: `2026-11-25T10:00:0${index}.000Z`, ...body };
    return lines.of(event);
  });
}

test("what begins, waits, is done and stops, with why and what to do; names cannot steer a terminal", () => {
  const seen = waitedInVain.at([], { limit: "5 s", seen: "nothing" });
  const waiting = { type: "waiting", phase: "export", step: step.id, seen } as const;
  const ended = { type: "step-ended", phase: "export", step: step.id } as const;
  const trouble = objectNotOurs.at([ref], { object: "one: ConfigMap default/made" });
  expect(
    told(
      { type: "phase-started", phase: "export" },
      waiting,
      waiting,
      { ...ended, result: { state: "done", wrote: true } },
      { ...ended, result: { state: "done", wrote: false } },
      { ...ended, result: { state: "stopped", trouble, mayHaveWritten: false, afterMs: 5_000 } },
      { type: "run-ended", result: "stopped", trouble: null },
    ),
  ).toEqual([
    "10:00:00   phase export",
    "10:00:01 … waiting: After 5 s there was still: nothing",
    "10:00:03 ✓ Create ␛[31mit",
    "10:00:04 ✓ Create ␛[31mit (nothing to write)",
    "10:00:05 ✗ Create ␛[31mit (not within 5 s)",
    "           MF900: one: ConfigMap default/made exists, and meshferry has not made it.",
    "           why: The plan makes an object of this name. What somebody else has made is never overwritten.",
    "           do:  Find out who made it and what for. Rename or delete it, then run apply again; or plan again with other names.",
    "10:00:06 ✗ stopped",
  ]);
  expect(told({ ...ended, step: stepId("unknown"), result: { state: "interrupted", mayHaveWritten: true } })).toEqual([
    "10:00:00 ‖ unknown: interrupted",
  ]);
});
