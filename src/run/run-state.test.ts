// The state that a journal's events add up to.
import { expect, test } from "vitest";
import { configMap, one } from "../../test/live/small-plans.ts";
import { stepId } from "../core/ids.ts";
import { refKey } from "../core/object-ref.ts";
import { notConfirmed, objectGone } from "../findings/codes/run.ts";
import type { Found, RunEvent, RunEventBody } from "./run-event.ts";
import { fold, notBegun } from "./run-state.ts";

const ref = configMap(one, "made");
const step = stepId("export/apply/made");
const plan = `sha256:${"5".repeat(64)}` as const;

function events(...bodies: RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ v: 1, seq: index + 1, at: "2026-11-25T00:00:00.000Z", ...body }));
}

const started = (direction: "apply" | "undo"): RunEventBody => ({
  type: "run-started",
  plan,
  direction,
  by: "me",
  until: null,
  only: [],
});
const noted = (found: readonly Found[]): RunEventBody => ({ type: "step-intended", phase: "export", step, found });
const intended = (uid: string | null): RunEventBody => noted([{ ref, uid, resourceVersion: uid, image: uid }]);
const done: RunEventBody = { type: "step-ended", phase: "export", step, result: { state: "done", wrote: true } };
const phase = (type: "phase-started" | "phase-ended"): RunEventBody => ({ type, phase: "export" });

test("what was found before the step first acted stays, however often it is tried", () => {
  const { steps } = fold(events(started("apply"), intended(null), started("apply"), intended("uid"), done));
  expect(steps.get(step)).toEqual({
    done: true,
    found: new Map([[refKey(ref), { ref, uid: null, resourceVersion: null, image: null }]]),
    last: { state: "done", wrote: true },
  });
});

test("what is taken back is forgotten, and can be found anew", () => {
  const forward = [started("apply"), phase("phase-started"), intended(null), done, phase("phase-ended")];
  const back: RunEventBody[] = [started("undo"), phase("phase-started"), noted([]), done, phase("phase-ended")];
  const undone = fold(events(...forward, ...back));
  expect([undone.steps.size, undone.phases.size, undone.direction]).toEqual([0, 0, "undo"]);
  const again = fold(events(...forward, ...back, started("apply"), intended("uid")));
  expect(again.steps.get(step)?.found.get(refKey(ref))?.uid).toBe("uid");
});

test("a run without an end has none; one that ended says how", () => {
  expect(fold([])).toEqual(notBegun);
  expect(fold(events(started("apply")))).toMatchObject({ plan, by: "me", ended: null, lastSeq: 1 });
  const end: RunEventBody = { type: "run-ended", result: "interrupted", trouble: null };
  expect(fold(events(started("apply"), phase("phase-started"), end))).toMatchObject({
    ended: "interrupted",
    phases: new Map([["export", "started"]]),
    troubles: [],
  });
});

test("what stopped the last run is kept until the next one begins", () => {
  const trouble = objectGone.at([ref], { object: "it" });
  const stopped: RunEventBody = {
    type: "step-ended",
    phase: "export",
    step,
    result: { state: "stopped", trouble, mayHaveWritten: false, afterMs: null },
  };
  const atGate = notConfirmed.at([], { title: "sure?" });
  const end: RunEventBody = { type: "run-ended", result: "stopped", trouble: atGate };
  expect(fold(events(started("apply"), stopped, end)).troubles).toEqual([trouble, atGate]);
  expect(fold(events(started("apply"), stopped, end, started("apply"))).troubles).toEqual([]);
});
