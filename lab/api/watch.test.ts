import { expect, test } from "vitest";
import { ApiError } from "./api-error.ts";
import type { LiveObject } from "./live-object.ts";
import { difference, isGone, readLine, watch, type Watchable } from "./watch.ts";

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

const line = (type: string, of: LiveObject) => JSON.stringify({ type, object: of });
const gone = JSON.stringify({
  type: "ERROR",
  object: { kind: "Status", code: 410, reason: "Expired", message: "old" },
});

test("a watch goes on where it was left, and lists anew when that is too long ago", async () => {
  const end = new AbortController();
  const asked: string[] = [];
  const lists = [
    { items: [object("a", "1")], resourceVersion: "5" },
    { items: [object("b", "6")], resourceVersion: "9" },
  ];
  const bookmark = line("BOOKMARK", { ...object("", "8"), metadata: { ...object("", "8").metadata } });
  const streams = [[line("ADDED", object("b", "6"))], new Error("connection refused"), [bookmark], [gone], []];
  const api: Watchable = {
    list: async () => {
      asked.push("list");
      return lists.shift() ?? { items: [], resourceVersion: "" };
    },
    watchLines: async function* (_of, _selection, from) {
      asked.push(from);
      const stream = streams.shift() ?? [];
      if (streams.length === 0) end.abort();
      if (stream instanceof Error) throw stream;
      yield* stream;
    },
  };
  const seen: string[] = [];
  for await (const { type, object: of } of watch(api, { apiVersion: "v1", kind: "Pod" }, {}, end.signal))
    seen.push(`${type} ${of.metadata.name}`);
  expect(seen).toEqual(["ADDED pod-a", "ADDED pod-b", "DELETED pod-a"]);
  expect(asked).toEqual(["list", "5", "6", "6", "8", "list", "9"]);
});

test("a refusal that repeating does not mend ends the watch", async () => {
  const api: Watchable = {
    list: async () => Promise.reject(new ApiError("GET /api/v1/pods", 403, "no")),
    watchLines: async function* () {},
  };
  const first = watch(api, { apiVersion: "v1", kind: "Pod" }, {}, new AbortController().signal)[Symbol.asyncIterator]();
  await expect(first.next()).rejects.toThrow("403");
});
