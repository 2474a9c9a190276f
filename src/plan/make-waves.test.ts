// Waves: every client namespace once, the canary alone, everybody last of all, never more waves than asked for.
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../core/object-ref.ts";
import { clusterId } from "../core/ids.ts";
import { examined } from "../../test/support/seen.ts";
import { twoMeshes } from "../../test/support/world.ts";
import { makeWaves, type WaveOptions } from "./make-waves.ts";

const [mesh] = examined(twoMeshes()).inventory.meshes;

function clientsIn(names: readonly string[]): ReadonlyMap<string, readonly ObjectRef[]> {
  return new Map(
    names.map((namespace) => [
      namespace,
      [{ cluster: clusterId("east"), group: "apps", kind: "Deployment", namespace, name: "caller" }],
    ]),
  );
}

function waves(names: readonly string[], options: Partial<WaveOptions> = {}) {
  if (!mesh) throw new Error("no mesh");
  return makeWaves(mesh, clientsIn(names), [], {
    canary: null,
    order: [],
    atMost: 4,
    exportTo: "keep",
    ...options,
  });
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

describe("where every namespace sees the entries in the end", () => {
  const all = (names: readonly string[], options: Partial<WaveOptions> = {}) =>
    groups(names, { exportTo: "all", ...options });
  test("that is the last wave, and counts", () => {
    expect(all(["a", "b", "c", "d", "e"])).toEqual([["a"], ["b", "c"], ["d", "e"], ["*"]]);
    expect(all(["a", "b", "c", "d", "e"], { atMost: 3 })).toEqual([["a"], ["b", "c", "d", "e"], ["*"]]);
    expect(all(["a", "b", "c"], { canary: "b" })).toEqual([["b"], ["a"], ["c"], ["*"]]);
  });
  test("it is never one with the wave that names the clients: of two waves one is theirs, and one is too few", () => {
    expect(all(["a", "b", "c"], { atMost: 2 })).toEqual([["a", "b", "c"], ["*"]]);
    expect(all(["a", "b", "c"], { atMost: 1 })).toEqual([["a", "b", "c"], ["*"]]);
  });
  test("fewer namespaces, fewer waves", () => {
    expect(all(["a"])).toEqual([["a"], ["*"]]);
    expect(all(["a", "b"])).toEqual([["a"], ["b"], ["*"]]);
    expect(all([])).toEqual([[], ["*"]]);
  });
  test("everybody who is a client is probed for it", () => {
    const { waves: made, probes } = waves(["a", "b"], { exportTo: "all" });
    expect(made.at(-1)).toEqual({ importer: mesh?.id, number: 3, namespaces: ["*"], probes: `${mesh?.id}#all` });
    expect(probes.map(({ id }) => id)).toEqual(["wave-1", "wave-2", "all"].map((name) => `${mesh?.id}#${name}`));
  });
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

test("without clients the only wave is for nobody, and there is a probe group for everybody", () => {
  expect(groups([])).toEqual([[]]);
  expect(waves([]).probes.map(({ id, clients }) => [id.split("#")[1], clients])).toEqual([
    ["wave-1", []],
    ["all", []],
  ]);
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
