import { expect, test } from "vitest";
import { ApiError } from "./api-error.ts";
import type { LiveObject } from "./live-object.ts";
import { difference, isGone, readLine } from "./watch.ts";

const object = (uid: string, resourceVersion: string): LiveObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `pod-${uid}`, uid, resourceVersion, creationTimestamp: "2026-01-01T00:00:00Z" },
});

test("after a gap the events lead from what was known to what is there", () => {
  const known = new Map(["a", "b", "c"].map((uid) => [uid, object(uid, "1")]));
  const items = [object("b", "1"), object("c", "2"), object("d", "3")];
  expect([...difference(known, items)]).toEqual([
    { type: "DELETED", object: object("a", "1") },
    { type: "MODIFIED", object: object("c", "2") },
    { type: "ADDED", object: object("d", "3") },
  ]);
  expect([...known.values()]).toEqual(items);
  expect([...difference(known, items)]).toEqual([]);
});

test("an object that was made again under its name is another one", () => {
  const known = new Map([["a", object("a", "1")]]);
  const again = { ...object("b", "2"), metadata: { ...object("b", "2").metadata, name: "pod-a" } };
  expect([...difference(known, [again])].map(({ type }) => type)).toEqual(["DELETED", "ADDED"]);
});

test("an error within the stream is the API server's refusal", () => {
  const line = JSON.stringify({
    type: "ERROR",
    object: { kind: "Status", code: 410, reason: "Expired", message: "old" },
  });
  const thrown = () => readLine(line);
  expect(thrown).toThrow(
    new ApiError("watch", 410, JSON.stringify({ kind: "Status", reason: "Expired", message: "old" })),
  );
  try {
    thrown();
  } catch (error) {
    expect(isGone(error)).toBe(true);
  }
  expect(readLine("")).toBe(null);
});
