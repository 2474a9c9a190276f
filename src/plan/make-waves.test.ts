// Waves: every client namespace once, the canary alone, never more waves than asked for.
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../core/object-ref.ts";
import { clusterId } from "../core/ids.ts";
import { examined } from "../../test/support/seen.ts";
import { twoMeshes } from "../../test/support/world.ts";
import { makeWaves } from "./make-waves.ts";
import type { PlanOptions } from "./plan-context.ts";

const [mesh] = examined(twoMeshes()).inventory.meshes;

function clientsIn(names: readonly string[]): ReadonlyMap<string, readonly ObjectRef[]> {
  return new Map(
    names.map((namespace) => [
      namespace,
      [{ cluster: clusterId("east"), group: "apps", kind: "Deployment", namespace, name: "caller" }],
    ]),
  );
}

function waves(names: readonly string[], options: Partial<PlanOptions["waves"]> = {}) {
  if (!mesh) throw new Error("no mesh");
  return makeWaves(mesh, clientsIn(names), [], { canary: null, order: [], atMost: 4, ...options });
}

const groups = (...args: Parameters<typeof waves>): readonly (readonly string[])[] =>
  waves(...args).waves.map(({ namespaces }) => namespaces);
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `ns-${String(index).padStart(3, "0")}`);

describe("for any number of namespaces", () => {
  for (const count of [1, 2, 3, 4, 5, 7, 8, 50, 199, 200]) {
    for (const atMost of [1, 2, 3, 4, 9]) {
      test(`${count} in at most ${atMost}`, () => {
        const found = groups(numbered(count), { atMost });
        expect(found.flat().sort()).toEqual(numbered(count));
        expect(found.length).toBeLessThanOrEqual(Math.min(atMost, 4));
        expect(found.length).toBe(Math.min(found.length, count));
        if (atMost > 1) expect(found[0]).toHaveLength(1);
        else expect(found).toHaveLength(1);
        expect(found.every((group) => group.length > 0)).toBe(true);
        const sizes = found.slice(1).map((group) => group.length);
        for (const size of sizes.slice(0, -1)) expect(size).toBe(sizes[0]);
        expect(waves(numbered(count), { atMost }).waves.map(({ number }) => number)).toEqual(
          found.map((_, index) => index + 1),
        );
      });
    }
  }
});

describe("the order", () => {
  const names = ["a", "b", "c", "d", "e"];
  test("is by name, the first is the canary", () => expect(groups(names)).toEqual([["a"], ["b", "c"], ["d", "e"]]));
  test("asked for comes first", () =>
    expect(groups(names, { order: ["e", "c"] })).toEqual([["e"], ["a", "c"], ["b", "d"]]));
  test("begins with the canary asked for", () =>
    expect(groups(names, { canary: "d", order: ["e", "d"] })).toEqual([["d"], ["a", "e"], ["b", "c"]]));
  test("skips names that are no clients, and repeats none", () => {
    expect(groups(names, { canary: "nobody", order: ["b", "b", "gone"] })[0]).toEqual(["b"]);
    expect(
      groups(names, { order: ["b", "b"] })
        .flat()
        .sort(),
    ).toEqual(names);
  });
});

test("without clients there is no wave, but a probe group for everybody", () => {
  expect(groups([])).toEqual([]);
  expect(waves([]).probes.map(({ id, clients }) => [id, clients])).toEqual([["east/istio-system/basic#all", []]]);
});

test("each wave has its probe group, with its own clients, and one holds them all", () => {
  const { probes, waves: made } = waves(["a", "b", "c"]);
  expect(probes.map(({ id, clients }) => [id.split("#")[1], clients.map(({ namespace }) => namespace)])).toEqual([
    ["wave-1", ["a"]],
    ["wave-2", ["b"]],
    ["wave-3", ["c"]],
    ["all", ["a", "b", "c"]],
  ]);
  expect(made.map((wave) => wave.probes)).toEqual(probes.slice(0, 3).map(({ id }) => id));
});
