// What pilot-agent says of a connection, as it was seen on Istio 1.20.2.
import { expect, test } from "vitest";
import { openedBy } from "./opened.ts";

const last = (error: string) =>
  `info\tWaiting\nerror\ttimeout waiting for Envoy proxy to become ready. Last error: ${error}`;

test.each([
  ["a reset", 'Get "http://10.0.0.1:15443/": read tcp 10.1.0.3:5->10.0.0.1:15443: read: connection reset by peer'],
  ["an end", 'Get "http://10.0.0.1:15443/": EOF'],
  [
    "another protocol",
    'Get "http://10.0.0.1:15443/": net/http: HTTP/1.x transport connection broken: malformed HTTP response',
  ],
])("%s after the connection was there: open", (_, error) => {
  expect(openedBy(255, last(error))).toEqual({ open: true });
});

test.each([
  [
    'Get "http://10.0.0.1:15443/": dial tcp 10.0.0.1:15443: connect: connection refused',
    "dial tcp 10.0.0.1:15443: connect: connection refused",
  ],
  [
    'Get "http://192.0.2.1:15443/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
  ],
  ["<nil>", "<nil>"],
])("%s: closed", (error, why) => {
  expect(openedBy(255, last(error))).toEqual({ open: false, why });
});

test("an answer is one, and nothing at all is none", () => {
  expect(openedBy(0, "")).toEqual({ open: true });
  expect(openedBy(1, "")).toEqual({ open: false, why: "no answer within 3 s" });
});
