import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../core/json.ts";
import type { PatchOp } from "../../plan/plan.ts";
import { fieldChanges } from "./field-change.ts";
import { inversePatch, patched } from "./patched.ts";

const apply = (body: Json, ops: readonly PatchOp[]) => ops.reduce<Json>(patched, body);

describe("the inverse of a patch puts back what was before", () => {
  const body: Json = { data: { a: "1", b: { c: [1, 2] } }, list: ["x", "y"] };
  test.each<[string, readonly PatchOp[]]>([
    ["a replaced field", [{ op: "replace", path: "/data/a", value: "2" }]],
    ["an added field", [{ op: "add", path: "/data/n", value: { deep: true } }]],
    ["an added field that was there", [{ op: "add", path: "/data/a", value: "2" }]],
    ["a removed field", [{ op: "remove", path: "/data/b" }]],
    ["an item at the end", [{ op: "add", path: "/list/-", value: "z" }]],
    ["an item in between", [{ op: "add", path: "/list/1", value: "z" }]],
    ["a removed item", [{ op: "remove", path: "/list/0" }]],
    [
      "operations on each other's results",
      [
        { op: "add", path: "/n", value: {} },
        { op: "add", path: "/n/m", value: [] },
        { op: "add", path: "/n/m/-", value: 1 },
      ],
    ],
  ])("%s", (_name, ops) => {
    const after = apply(body, ops);
    expect(after).not.toEqual(body);
    const back = inversePatch(ops, body) ?? [];
    expect(apply(after, back)).toEqual(body);
    // Every test operation holds at its place in the sequence.
    let at = after;
    for (const op of back) {
      if (op.op === "test")
        expect(apply(at, [])).toEqual(apply(at, [{ op: "replace", path: op.path, value: op.value }]));
      at = patched(at, op);
    }
  });

  test("whatever the fields", () => {
    const key = fc.constantFrom("a", "b", "c~", "d/e");
    const path = fc
      .array(key, { minLength: 1, maxLength: 2 })
      .map((parts) => `/${parts.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`);
    const value = fc.oneof(fc.integer(), fc.dictionary(key, fc.integer()));
    const start = fc.dictionary(key, fc.dictionary(key, fc.integer(), { minKeys: 1 }), { minKeys: 4 });
    fc.assert(
      fc.property(start, path, value, (object, at, fresh) => {
        const ops: PatchOp[] = [{ op: "add", path: at, value: fresh }];
        expect(apply(apply(object, ops), inversePatch(ops, object) ?? [])).toEqual(object);
      }),
    );
  });
});

test("without the object, tests say what was before; where they do not, there is no inverse", () => {
  expect(
    inversePatch(
      [
        { op: "test", path: "/a", value: 1 },
        { op: "replace", path: "/a", value: 2 },
      ],
      undefined,
    ),
  ).toEqual([
    { op: "test", path: "/a", value: 2 },
    { op: "replace", path: "/a", value: 1 },
  ]);
  expect(inversePatch([{ op: "replace", path: "/a", value: 2 }], undefined)).toBeNull();
});

test("changes are shown field by field, old and new", () => {
  const body: Json = { spec: { cluster: { network: "old" }, same: 1 } };
  const ops: readonly PatchOp[] = [
    { op: "add", path: "/spec", value: { cluster: { network: "new" }, same: 1, env: { X: "true" } } },
    { op: "remove", path: "/spec/same" },
  ];
  expect(fieldChanges(ops, body, "ServiceMeshControlPlane")).toEqual([
    { field: "spec.cluster.network", before: { value: "old" }, after: { value: "new" } },
    { field: "spec.env.X", before: null, after: { value: "true" } },
    { field: "spec.same", before: { value: 1 }, after: null },
  ]);
  expect(
    fieldChanges([{ op: "replace", path: "/metadata/labels/istio.io~1rev", value: "x" }], undefined, "Gateway"),
  ).toEqual([{ field: 'metadata.labels["istio.io/rev"]', before: "unknown", after: { value: "x" } }]);
});
