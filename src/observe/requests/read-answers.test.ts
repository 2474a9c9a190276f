// Whose answer an answer is: the server's, or that of a proxy in its place.
import { expect, test } from "vitest";
import { readAnswers } from "./read-answers.ts";

const mark = "m";
const printed = (block: string, number = 0): string =>
  block
    .split("\n")
    .map((line) => `@@${mark} ${number} ${line}\n`)
    .join("");
const one = (block: string, speaks: "http" | "tcp" = "http") => readAnswers(printed(block), mark, { speaks });
const http = (status: string, headers: string, body = "") => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`;
const passed = "x-envoy-upstream-service-time: 4";
const good = [{ good: true, said: "" }];

test.each([
  ["200", http("200 OK", passed), good],
  ["an application's 404", http("404 Not Found", passed, "no such page"), good],
  ["an application's 500, its headers left out", http("500 Oops", "server: envoy"), good],
  ["an application's 503", http("503 Busy", passed, "come again"), good],
  [
    "Envoy's 503",
    http("503 Service Unavailable", "server: envoy", "no healthy upstream"),
    [{ good: false, said: "503: no healthy upstream" }],
  ],
  ["no route", http("404 Not Found", "server: envoy"), [{ good: false, said: "404" }]],
  [
    "the server's own sidecar",
    http("503 Service Unavailable", passed, "upstream connect error or disconnect"),
    [{ good: false, said: "503: upstream connect error or disconnect" }],
  ],
  [
    "a policy",
    http("403 Forbidden", passed, "RBAC: access denied"),
    [{ good: false, said: "403: RBAC: access denied" }],
  ],
  ["an application's 403", http("403 Forbidden", passed, "not you"), good],
  ["no answer", "failed: [Errno 111] Connection refused", [{ good: false, said: "[Errno 111] Connection refused" }]],
  ["nothing", "", [{ good: false, said: "no answer" }]],
  ["wget's headers", "  HTTP/1.1 200 OK\n  X-Envoy-Upstream-Service-Time: 3\nbody", good],
])("HTTP: %s", (_, block, told) => {
  expect(one(block)).toEqual(told);
});

test.each([
  ["open", good],
  ["closed", [{ good: false, said: "the connection was closed at once" }]],
  ["failed: no connection", [{ good: false, said: "failed: no connection" }]],
])("TCP: %s", (block, told) => {
  expect(one(block, "tcp")).toEqual(told);
});

test("requests that print at the same time are told apart by their numbers", () => {
  const [first = "", ...rest] = printed(http("200 OK", passed), 1).split("\n");
  const lines = ["noise", first, printed("failed: reset", 0).trim(), ...rest].join("\n");
  expect(readAnswers(lines, mark, { speaks: "http" }).map((told) => told.good)).toEqual([false, true]);
});
