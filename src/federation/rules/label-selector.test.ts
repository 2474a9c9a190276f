import { describe, expect, test } from "vitest";
import { compileLabelSelector, type Labels } from "./label-selector.ts";

function expression(key: string, operator: string, ...values: readonly string[]) {
  return { matchLabels: {}, matchExpressions: [{ key, operator, values }] };
}

function matches(selector: Parameters<typeof compileLabelSelector>[0], labels: Labels): boolean {
  const compiled = compileLabelSelector(selector);
  if (!compiled.valid) throw new Error(compiled.problem);
  return compiled.matches(labels);
}

test.each([
  ["In", ["x", "y"], true, false, false],
  ["NotIn", ["x"], false, true, true],
  ["Exists", [], true, true, false],
  ["DoesNotExist", [], false, false, true],
])("%s %j", (operator, values, atX, atZ, missing) => {
  const selector = expression("app", operator, ...values);
  expect([{ app: "x" }, { app: "z" }, {}].map((labels) => matches(selector, labels))).toEqual([atX, atZ, missing]);
});

test("pairs and expressions must all hold", () => {
  const selector = { matchLabels: { app: "x" }, matchExpressions: [{ key: "tier", operator: "Exists", values: [] }] };
  expect(matches(selector, { app: "x", tier: "" })).toBe(true);
  expect(matches(selector, { app: "x" })).toBe(false);
  expect(matches(selector, { tier: "" })).toBe(false);
});

test("nothing asked matches everything", () => {
  expect(matches(null, {})).toBe(true);
  expect(matches({ matchLabels: {}, matchExpressions: [] }, {})).toBe(true);
});

test("a label that every object seems to have is not there", () => {
  expect(matches(expression("constructor", "Exists"), {})).toBe(false);
});

describe("a selector is invalid", () => {
  test.each([
    ["an operator in other letters", expression("a", "exists")],
    ["an unknown operator", expression("a", "Gt", "1")],
    ["In without values", expression("a", "In")],
    ["Exists with values", expression("a", "Exists", "x")],
    ["a key with a space", expression("bad key", "Exists")],
    ["a key of three parts", expression("a/b/c", "Exists")],
    ["a key with an empty prefix", expression("/b", "Exists")],
    ["a key with an upper-case prefix", expression("Example.com/b", "Exists")],
    ["a key that begins with a dash", expression("-x", "Exists")],
    ["a key of 64 characters", expression("k".repeat(64), "Exists")],
    ["a value with an exclamation mark", expression("a", "In", "x", "bad value!")],
    ["a pair with a bad key", { matchLabels: { "bad key": "x" }, matchExpressions: [] }],
    ["a pair with a value of 64 characters", { matchLabels: { a: "v".repeat(64) }, matchExpressions: [] }],
  ])("by %s", (_what, selector) => {
    expect(compileLabelSelector(selector).valid).toBe(false);
  });

  test("but not by prefixes, dots, underscores or an empty value", () => {
    expect(compileLabelSelector(expression("example.com/a_b.c", "In", "")).valid).toBe(true);
  });
});
