import { expect, test } from "vitest";
import { hashOf } from "../core/hash.ts";
import { expected, isAsExpected } from "./expected.ts";

const body = { metadata: { annotations: { a: "1" }, labels: { b: "2" } }, spec: { ports: [1, 2] } };

test("says which parts were seen, and the hash of their values, none as null", () => {
  expect(expected(body, "/spec", "/metadata/finalizers")).toEqual({
    of: ["/spec", "/metadata/finalizers"],
    hash: hashOf([{ ports: [1, 2] }, null]),
  });
});

test("holds while these parts are as they were, whatever else changes", () => {
  const seen = expected(body, "/spec");
  expect(isAsExpected({ ...body, metadata: {} }, seen)).toBe(true);
  expect(isAsExpected({ ...body, spec: { ports: [2, 1] } }, seen)).toBe(false);
  expect(isAsExpected({ metadata: body.metadata }, seen)).toBe(false);
});
