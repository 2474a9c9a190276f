// Answers that go back in time are refused, and no others: what crosses on the way, another object of the name, another kind.
import { expect, test } from "vitest";
import { clusterId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import { ApiFailure, isTransient } from "./api-failure.ts";
import { NewestSeen } from "./newest-seen.ts";

const ref = (name: string, kind = "ConfigMap"): ObjectRef => ({
  cluster: clusterId("east"),
  group: "",
  kind,
  namespace: "n",
  name,
});
const body = (resourceVersion: string, uid = "u"): JsonObject => ({ metadata: { uid, resourceVersion } });
const list = (resourceVersion: string): JsonObject => ({ metadata: { resourceVersion } });

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

test("an object that was written is not seen as it was before; versions are numbers, not texts", () => {
  const newest = new NewestSeen();
  newest.note(ref("a"), body("1000"));
  const failure = thrownBy(() => newest.object(ref("a"))(body("999"), "GET /a"));
  expect(failure).toMatchObject({
    reason: "stale",
    request: "GET /a",
    message: expect.stringContaining("version 999 after 1000") as string,
  });
  expect(failure instanceof ApiFailure && isTransient(failure)).toBe(true);
  expect(() => newest.object(ref("a"))(body("1000"), "")).not.toThrow();
  expect(() => newest.object(ref("b"))(body("5"), "")).not.toThrow();
});

test("an object that was made anew, and versions that are no numbers, are taken as they come", () => {
  const newest = new NewestSeen();
  newest.note(ref("a"), body("50"));
  expect(() => newest.object(ref("a"))(body("40", "another"), "")).not.toThrow();
  expect(() => newest.object(ref("a"))(body("x40"), "")).not.toThrow();
});

test("an answer that was asked for before the write is not blamed", () => {
  const newest = new NewestSeen();
  newest.note(ref("a"), body("10"));
  const [get, listed] = [newest.object(ref("a")), newest.list(ref("a"))];
  newest.note(ref("a"), body("20"));
  expect(() => get(body("15"), "")).not.toThrow();
  expect(() => listed(list("15"), "")).not.toThrow();
  expect(() => newest.object(ref("a"))(body("15"), "")).toThrow("an older state");
});

test("a list is at least as new as every object of its kind that was seen", () => {
  const newest = new NewestSeen();
  newest.note(ref("a"), body("20"));
  expect(() => newest.list(ref("a"))(list("19"), "GET /list")).toThrow("version 19 after 20");
  expect(() => newest.list(ref("a"))(list("20"), "")).not.toThrow();
  expect(() => newest.list(ref("a", "Node"))(list("3"), "")).not.toThrow();
});
