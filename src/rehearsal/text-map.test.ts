import { expect, test } from "vitest";
import { sortedBy } from "../core/order.ts";
import { TextMap } from "./text-map.ts";

test("a change leaves the map before it as it was", () => {
  const one = TextMap.from([
    ["a", 1],
    ["b", 2],
  ]);
  const two = one.set("c", 3).set("a", 4);
  const three = two.delete("b");
  expect([one, two, three].map((map) => sortedBy(map.entries(), ([key]) => key))).toEqual([
    [
      ["a", 1],
      ["b", 2],
    ],
    [
      ["a", 4],
      ["b", 2],
      ["c", 3],
    ],
    [
      ["a", 4],
      ["c", 3],
    ],
  ]);
  expect([one.size, two.size, three.size]).toEqual([2, 3, 2]);
  expect(["a", "b", "c", "d"].map((key) => [one.get(key), three.get(key), three.has(key)])).toEqual([
    [1, 4, true],
    [2, undefined, false],
    [undefined, 3, true],
    [undefined, undefined, false],
  ]);
});

test("a change to what is there already is none", () => {
  const map = TextMap.from([["a", "x"]]);
  expect(map.set("a", "x")).toBe(map);
  expect(map.delete("b")).toBe(map);
  expect(map.set("b", "y").delete("b").delete("b").entries()).toEqual([["a", "x"]]);
});

test("maps that were made apart share no keys", () => {
  const [one, other] = [TextMap.from([["a", 1]]), TextMap.from([["b", 2]])];
  expect([one.get("b"), other.get("a")]).toEqual([undefined, undefined]);
});
