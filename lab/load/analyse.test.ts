import { expect, test } from "vitest";
import { analyse, failedIn, failedOf } from "./analyse.ts";
import type { LoadClient } from "./load-client.ts";
import type { LoadRecord } from "./raw-log.ts";
import { reportLines } from "./report-text.ts";

const client = (name: string): LoadClient => ({
  name,
  kind: "http-new",
  host: "h",
  port: 80,
  path: "/",
  perSecond: 25,
  retries: "istio",
});
const record = (name: string, begun: number, failure: string | null = null, caller = ""): LoadRecord => ({
  client: name,
  begun,
  milliseconds: 10,
  failure,
  caller,
});

test("failures stand in the window of the mark before which they began, gaps and callers are counted", () => {
  const records = [
    record("a", 1000, null, "x"),
    { ...record("a", 1900), milliseconds: 700 },
    record("a", 2500, "503", "y"),
    record("a", 3600, "503"),
    record("a", 3700, "reset"),
    record("b", 1500, null, "x"),
    record("b", 2400),
  ];
  const marks = [
    { what: "later", at: 3650 },
    { what: "first", at: 2000 },
  ];
  // What was logged first need not have begun first.
  const report = analyse([client("a"), client("b")], [...records].reverse(), marks);
  expect(report).toEqual({
    total: 7,
    failed: 3,
    clients: [
      {
        client: "a",
        total: 5,
        failed: 3,
        worstMilliseconds: 700,
        firstFailure: { at: 2500, after: "first", milliseconds: 500, what: "503" },
        failures: { "503": 2, reset: 1 },
        callers: { x: 1, y: 1 },
      },
      {
        client: "b",
        total: 2,
        failed: 0,
        worstMilliseconds: 10,
        firstFailure: null,
        failures: {},
        callers: { x: 1 },
      },
    ],
    windows: [
      { mark: "start", seconds: 1, total: 3, failed: 0, failures: {} },
      { mark: "first", seconds: 1.65, total: 3, failed: 2, failures: { a: 2 } },
      { mark: "later", seconds: 0.05, total: 1, failed: 1, failures: { a: 1 } },
    ],
    gaps: [
      { client: "a", from: 2500, milliseconds: 1100 },
      { client: "b", from: 2400, milliseconds: 1300 },
    ],
  });
  expect(failedOf(report, "a")).toBe(3);
  expect(report.windows.map((window) => [failedIn(window, "a"), failedIn(window, "b")])).toEqual([
    [0, 0],
    [2, 0],
    [1, 0],
  ]);
  expect(reportLines("run", report, new Map([["outbound|80||h upstream_rq_retry", 4]]))).toEqual([
    "run: 3 of 7 failed",
    "  start: 0 of 3 in 1.0 s",
    "  first: 2 of 3 in 1.6 s",
    "  later: 1 of 1 in 0.1 s",
    "  a: 3 of 5, worst 700 ms",
    '    first 500 ms after "first": 503',
    "    2 x 503",
    "    1 x reset",
    "  b: 0 of 2, worst 10 ms",
    "  the server saw x: 2",
    "  the server saw y: 1",
    "  Envoy: outbound|80||h upstream_rq_retry 4",
    "  GAP: a sent nothing for 1100 ms",
    "  GAP: b sent nothing for 1300 ms",
  ]);
});

test("a failure before any mark is told from the start of the load", () => {
  const { clients } = analyse([client("a")], [record("a", 1000), record("a", 1400, "503")], []);
  expect(clients[0]?.firstFailure).toEqual({ at: 1400, after: "start", milliseconds: 400, what: "503" });
});

test("a client that sent nothing at all is a gap as long as the load", () => {
  const { gaps } = analyse([client("a"), client("b")], [record("a", 1000), record("a", 1900), record("a", 2800)], []);
  expect(gaps).toEqual([{ client: "b", from: 1000, milliseconds: 1800 }]);
});
