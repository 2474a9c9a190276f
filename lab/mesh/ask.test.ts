// What is read of answers.
import { expect, test } from "vitest";
import { readAnswer } from "./ask.ts";

test("the sample server says who it is, and whom it saw", () => {
  const body = JSON.stringify({
    pod: "httpbin-6bb7f885f6-g4xcd",
    namespace: "a",
    account: "httpbin",
    version: "v1",
    caller: "spiffe://west.local/ns/client/sa/curl",
    hops: ["spiffe://west.local/ns/client/sa/curl"],
    headers: { host: "httpbin.a:8000" },
  });
  expect(readAnswer(200, body, "")).toEqual({
    status: 200,
    trouble: "",
    server: "a/httpbin",
    pod: "httpbin-6bb7f885f6-g4xcd",
    version: "v1",
    hops: ["spiffe://west.local/ns/client/sa/curl"],
    headers: { host: "httpbin.a:8000" },
    body,
  });
});

test("a proxy's answer and a missing one are told apart", () => {
  const nothing = { server: "", pod: "", version: "", hops: [], headers: {} };
  expect(readAnswer(503, "no healthy upstream", "")).toEqual({
    ...nothing,
    status: 503,
    trouble: "",
    body: "no healthy upstream",
  });
  expect(readAnswer(0, "", "curl: (56) Recv failure")).toEqual({
    ...nothing,
    status: 0,
    trouble: "curl: (56) Recv failure",
    body: "",
  });
});
