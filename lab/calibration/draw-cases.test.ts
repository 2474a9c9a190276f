import { expect, test } from "vitest";
import { reasonCodes } from "../../src/dataplane/reached.ts";
import { keyOf, stages } from "./case.ts";
import { batchesOf, changes, drawCases, placed } from "./draw-cases.ts";

const ground = { gateway: "192.0.2.1" };
const worlds = (seed: number) =>
  drawCases(seed, 300, stages).map((each) => placed(each, 1 + (each.index % 10), ground));

/** The lab cannot make these: see docs/rehearse.md, "How far it is confirmed". */
const notMade = ["federation-broken", "federation-stuck", "no-configuration"];

test("a seed gives the same cases, another one others", () => {
  expect(worlds(1)).toEqual(worlds(1));
  expect(worlds(2)).not.toEqual(worlds(1));
});

test.each([1, 2, 3])(
  "seed %i: every reason ten times in three hundred, and at least forty in a hundred fail",
  (seed) => {
    const counts = new Map<string, number>();
    const drawn = drawCases(seed, 300, stages);
    for (const { change } of drawn) counts.set(change.causes ?? "none", (counts.get(change.causes ?? "none") ?? 0) + 1);
    for (const code of reasonCodes.filter((each) => !notMade.includes(each)))
      expect([code, (counts.get(code) ?? 0) >= 10]).toEqual([code, true]);
    expect(counts.get("none") ?? 0).toBeLessThanOrEqual(180);
    expect(new Set(drawn.map(({ change }) => change)).size).toBe(changes.length);
  },
);

test("each change has a name of its own, and writes every object once", () => {
  expect(new Set(changes.map(({ what }) => what)).size).toBe(changes.length);
  for (const { index, change, east, west } of worlds(1))
    for (const objects of [east, west]) {
      const keys = objects.map(keyOf);
      expect([index, change.what, new Set(keys).size]).toEqual([index, change.what, keys.length]);
    }
});

test("cases side by side share no slot, hold nothing together, and those that hurt others are among themselves", () => {
  const batches = batchesOf(drawCases(1, 300, stages), 10);
  expect(batches.flat()).toHaveLength(300);
  for (const batch of batches) {
    expect(batch.length).toBeLessThanOrEqual(10);
    const held = batch.flatMap(({ change }) => change.holds ?? []);
    expect(new Set(held).size).toBe(held.length);
    expect(new Set(batch.map(({ change }) => change.stage ?? "federated")).size).toBe(1);
    const apart = batch.filter(({ change }) => change.apart === true);
    expect([0, batch.length]).toContain(apart.length);
  }
});
