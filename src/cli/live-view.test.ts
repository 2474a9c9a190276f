// What stands below a run on a terminal: never wider than it, and what is waited for is not cut off behind a long title.
import { expect, test } from "vitest";
import { configMap, one, PlanBuilder } from "../../test/live/small-plans.ts";
import { waitedInVain } from "../findings/codes/run.ts";
import { paint } from "../present/text/paint.ts";
import type { RunEventBody } from "../run/run-event.ts";
import { liveView } from "./live-view.ts";

const title = "See that east/istio-system/basic is ready and that all of its peers are connected";
const builder = new PlanBuilder();
const step = builder.apply("prepare", configMap(one, "made"), {}, { title });
const plan = builder.phase("prepare", [step]).plan();
const waitsFor = (seen: string): RunEventBody => ({
  type: "waiting",
  phase: "prepare",
  step: step.id,
  seen: waitedInVain.at([], { limit: "5 s", seen }),
});

/** What is written for each event. */
function written(columns: number, ...bodies: readonly RunEventBody[]): string[] {
  const texts: string[] = [];
  const view = liveView({ write: (text) => texts.push(text) > 0 }, plan, paint(columns, false));
  for (const [seq, body] of bodies.entries()) view.show({ v: 1, seq, at: "2026-11-25T10:00:00.000Z", ...body }, []);
  return texts;
}

const begun: RunEventBody = { type: "phase-started", phase: "prepare" };

test("what is waited for stands beside the step where both fit", () => {
  expect(written(200, begun, waitsFor("a Deployment that is not there")).at(-1)).toBe(
    "\u001B[1A\u001B[0Jprepare: 0 of 1 steps\n" +
      `  ${title}: After 5 s there was still: a Deployment that is not there\n`,
  );
});

test("and below it where they do not, in two lines at most, which are all erased again", () => {
  const texts = written(
    80,
    begun,
    waitsFor(`a Deployment that is not there, ${"and another one, ".repeat(12)}`),
    waitsFor("a Service"),
    { type: "step-ended", phase: "prepare", step: step.id, result: { state: "done", wrote: true } },
  );
  expect(texts.slice(1)).toEqual([
    "\u001B[1A\u001B[0Jprepare: 0 of 1 steps\n" +
      "  See that east/istio-system/basic is ready and that all of its peers are conne\n" +
      "    After 5 s there was still: a Deployment that is not there, and another one,\n" +
      "    and another one, and another one, and another one, and another one, and\n",
    "\u001B[4A\u001B[0Jprepare: 0 of 1 steps\n" +
      "  See that east/istio-system/basic is ready and that all of its peers are conne\n" +
      "    After 5 s there was still: a Service\n",
    "\u001B[3A\u001B[0Jprepare: 1 of 1 steps\n",
  ]);
});
