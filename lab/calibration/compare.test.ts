import { expect, test } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import type { Reached, ReasonCode } from "../../src/dataplane/reached.ts";
import { compared } from "./compare.ts";
import { fateOf, fatesOf, linesOf, seenOf } from "./seen.ts";

const answer = (hops: readonly string[]) => ({
  status: 200,
  trouble: "",
  body: JSON.stringify({ account: "server", namespace: "cal-server-1", hops }),
});
const upstream = "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: ";

test.each([
  [{ status: 0, body: "", trouble: "unresolved" }, "unresolved"],
  [{ status: 0, body: "", trouble: "timeout" }, "no-answer"],
  [{ status: 0, body: "", trouble: "RemoteDisconnected" }, "reset"],
  [{ status: 403, body: "RBAC: access denied", trouble: "" }, "denied"],
  [{ status: 503, body: "no healthy upstream", trouble: "" }, "no-endpoint"],
  [{ status: 503, body: `${upstream}connection termination`, trouble: "" }, "reset"],
  [
    {
      status: 503,
      body: `${upstream}remote connection failure, transport failure reason: delayed connect error: Connection refused`,
      trouble: "",
    },
    "no-connection",
  ],
])("%j is %s", (met, failure) => {
  expect(fateOf(met).failure).toBe(failure);
});

test("whether a certificate was refused for its name or for its root, only Envoy's counters say", () => {
  const met = [{ status: 503, body: `${upstream}TLS_error: …:CERTIFICATE_VERIFY_FAILED`, trouble: "" }];
  expect(fatesOf({ met, refused: { san: 1, error: 0 } }).map(({ failure }) => failure)).toEqual(["wrong-name"]);
  expect(fatesOf({ met, refused: { san: 0, error: 1 } }).map(({ failure }) => failure)).toEqual(["unknown-root"]);
});

test("an answer says which server, and whom it saw last", () => {
  const hops = ["spiffe://east.local/ns/a/sa/b", "spiffe://west.local/ns/c/sa/d"];
  expect(fateOf(answer(hops))).toMatchObject({ failure: null, server: "cal-server-1", seenAs: "west.local/ns/c/sa/d" });
  expect(fateOf(answer([]))).toMatchObject({ failure: null, seenAs: null });
});

test("of a log the lines of one case are found, HTTP by its path, TCP by its host", () => {
  const line = (request: string, cluster: string) =>
    `[2026-11-29T12:00:00.000Z] "${request}" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "-" "1" "host" "192.0.2.1:15443" ${cluster} - 1.1.1.1:8000 1.1.1.2:1 - default`;
  const log = [
    line("GET /case-1-1-0 HTTP/1.1", "outbound|8000||a.example"),
    line("GET /case-11-1-0 HTTP/1.1", "outbound|8000||a.example"),
    line("- - -", "outbound|9101||b.example"),
    "not a line of the log",
  ];
  expect(linesOf(log, ["/case-1-1"], "a.example")).toMatchObject([{ flags: "UH", upstream: "192.0.2.1:15443" }]);
  expect(linesOf(log, ["/case-2-1"], "b.example")).toMatchObject([{ cluster: "outbound|9101||b.example" }]);
});

const me = "east.local/ns/a/sa/b";
const good = fateOf(answer([`spiffe://${me}`]));
const bad = fateOf({ status: 503, body: "no healthy upstream", trouble: "" });
const ok: Reached = { state: "ok", path: "east-west", good: 1, of: 1, seenAs: [me], reasons: [] };
const broken = (code: ReasonCode, cluster = "east"): Reached => ({
  state: "broken",
  path: "none",
  good: 0,
  of: 1,
  seenAs: [],
  reasons: [{ code, at: { cluster: clusterId(cluster), group: "", kind: "X", namespace: "", name: "" }, params: {} }],
});

test("state, path, identity and reason all have to agree", () => {
  const seen = seenOf([good, good], ["east-west"], []);
  expect(compared(ok, seen, false)).toEqual({ agrees: true, differs: [] });
  expect(compared({ ...ok, path: "federation" }, seen, false).differs).toEqual(["path"]);
  expect(compared({ ...ok, seenAs: [] }, seen, false).differs).toEqual(["identity"]);
  expect(compared(ok, seenOf([good, bad], ["east-west"], []), false).differs).toEqual(["state"]);
  const lost = seenOf([bad, bad], [], ["UH"]);
  expect(compared(broken("no-endpoint"), lost, false).agrees).toBe(true);
  // At the far end nobody says so to the client.
  expect(compared(broken("no-endpoint", "west"), lost, false).differs).toEqual(["reason"]);
  expect(compared(broken("name-refused"), lost, false).differs).toEqual(["reason"]);
  expect(compared(ok, lost, false).differs).toEqual(["state"]);
});
