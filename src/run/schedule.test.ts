import fc from "fast-check";
import { expect, test } from "vitest";
import { configMap, one, two } from "../../test/live/small-plans.ts";
import { type StepId, stepId } from "../core/ids.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

const step = (id: string, after: string[] = [], touches: Scheduled["touches"] = []): Scheduled => ({
  id: stepId(id),
  after: after.map(stepId),
  touches,
});

/** Everything that may start now. */
function startable(schedule: Schedule): StepId[] {
  const started: StepId[] = [];
  for (let id = schedule.next(); id !== null; id = schedule.next()) started.push(id);
  return started;
}

test("a step waits for those it names; one that is not there is done", () => {
  const schedule = new Schedule([step("a"), step("b", ["a", "earlier"]), step("c", ["b"]), step("d")], 8);
  expect(startable(schedule)).toEqual(["a", "d"]);
  schedule.ended(stepId("a"));
  expect(startable(schedule)).toEqual(["b"]);
  schedule.ended(stepId("d"));
  expect(startable(schedule)).toEqual([]);
  schedule.ended(stepId("b"));
  expect([startable(schedule), schedule.finished]).toEqual([["c"], false]);
  schedule.ended(stepId("c"));
  expect(schedule.finished).toBe(true);
});

test("two steps on one object never run together, and keep their order", () => {
  const schedule = new Schedule(
    [
      step("a", [], [configMap(one, "x")]),
      step("b", [], [configMap(one, "x"), configMap(two, "y")]),
      step("c", [], [configMap(two, "y")]),
    ],
    8,
  );
  expect(startable(schedule)).toEqual(["a"]);
  schedule.ended(stepId("a"));
  expect(startable(schedule)).toEqual(["b"]);
  schedule.ended(stepId("b"));
  expect(startable(schedule)).toEqual(["c"]);
});

test("so many write in a cluster at once; waits take no place, and another cluster does not wait", () => {
  const schedule = new Schedule(
    [
      step("a", [], [configMap(one, "a")]),
      step("b", [], [configMap(one, "b")]),
      step("c", [], [configMap(one, "c")]),
      step("wait"),
      step("d", [], [configMap(two, "d")]),
    ],
    2,
  );
  expect(startable(schedule)).toEqual(["a", "b", "wait", "d"]);
  schedule.ended(stepId("b"));
  expect(startable(schedule)).toEqual(["c"]);
});

test("any order that it allows ends every step, each after its predecessors, none beside another on its object", () => {
  const steps = fc.array(
    fc.record({ after: fc.array(fc.nat(30), { maxLength: 4 }), object: fc.nat(6), cluster: fc.constantFrom(one, two) }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(steps, fc.array(fc.nat(100), { minLength: 40, maxLength: 40 }), (drawn, picks) => {
      const made = drawn.map(({ after, object, cluster }, index) =>
        step(String(index), after.filter((each) => each < index).map(String), [configMap(cluster, String(object))]),
      );
      const schedule = new Schedule(made, 2);
      const running: StepId[] = [];
      const done = new Set<StepId>();
      for (let turn = 0; !schedule.finished; turn += 1) {
        running.push(...startable(schedule));
        if (running.length === 0) return false;
        const objects = running.map((id) => JSON.stringify(made[Number(id)]?.touches));
        if (new Set(objects).size < objects.length) return false;
        if (running.some((id) => made[Number(id)]?.after.some((each) => !done.has(each)))) return false;
        const [ended] = running.splice((picks[turn % picks.length] ?? 0) % running.length, 1);
        if (ended === undefined) return false;
        done.add(ended);
        schedule.ended(ended);
      }
      return done.size === made.length;
    }),
    { seed: 5, numRuns: 200 },
  );
});
