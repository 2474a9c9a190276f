// Patches of other people's objects: they do what they say, refuse what has changed, and can be taken back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalJson, type Json } from "../core/json.ts";
import { applyPatch } from "../../test/support/apply-patch.ts";
import { editsBetween, inverted, patchOf, withoutValueAt } from "./edits.ts";

const key = fc.constantFrom("a", "b", "", "x/y", "m~n", "~1", "0", "ISTIO_META");
const value = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, "", "s"),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
  ),
})).tree;
const object = fc.dictionary(key, value, { maxKeys: 5 });
const seeded = { seed: 20, numRuns: 200 };

test("a patch makes the one of the other, and its inverse takes it back", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const edits = editsBetween(before, after);
      const patched = applyPatch(before, patchOf(edits));
      return equalJson(patched, after) && equalJson(applyPatch(patched, patchOf(inverted(edits))), before);
    }),
    seeded,
  );
});

test("equal objects differ in nothing", () => {
  fc.assert(
    fc.property(object, (same) => editsBetween(same, structuredClone(same)).length === 0),
    seeded,
  );
});

test("whatever is replaced or removed is tested first", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const ops = patchOf(editsBetween(before, after));
      return ops.every(
        (op, index) =>
          op.op === "test" || op.op === "add" || (ops[index - 1]?.op === "test" && ops[index - 1]?.path === op.path),
      );
    }),
    seeded,
  );
});

describe("edits", () => {
  const cases: readonly (readonly [string, Json, Json, Json])[] = [
    [
      "a field below one that is missing is added with it",
      { spec: {} },
      { spec: { a: { b: 1 } } },
      [{ op: "add", path: "/spec/a", value: { b: 1 } }],
    ],
    [
      "lists are replaced as a whole",
      { a: [1] },
      { a: [1, 2] },
      [
        { op: "test", path: "/a", value: [1] },
        { op: "replace", path: "/a", value: [1, 2] },
      ],
    ],
    [
      "null is a value",
      { a: null },
      { a: {} },
      [
        { op: "test", path: "/a", value: null },
        { op: "replace", path: "/a", value: {} },
      ],
    ],
    [
      "names are escaped",
      { "x/y": { "m~n": 1 } },
      { "x/y": {} },
      [
        { op: "test", path: "/x~1y/m~0n", value: 1 },
        { op: "remove", path: "/x~1y/m~0n" },
      ],
    ],
  ];
  for (const [name, before, after, ops] of cases)
    test(name, () => expect(patchOf(editsBetween(before, after))).toEqual(ops));

  test("a patch refuses an object that has changed since", () => {
    const ops = patchOf(editsBetween({ a: 1 }, { a: 2 }));
    expect(() => applyPatch({ a: 3 }, ops)).toThrow("test /a failed");
  });
});

describe("without a field", () => {
  const cases: readonly (readonly [string, Json, Json])[] = [
    ["/a/b", { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ["/a", { a: 1 }, {}],
    ["/a/b", { a: 1 }, { a: 1 }],
    ["/z", { a: 1 }, { a: 1 }],
    ["/toString", { a: 1 }, { a: 1 }],
  ];
  for (const [path, before, after] of cases)
    test(`${path} of ${JSON.stringify(before)}`, () => expect(withoutValueAt(before, path)).toEqual(after));
});
