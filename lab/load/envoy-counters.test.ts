import { expect, test } from "vitest";
import { counted, keptCounters, readCounters, sumOf } from "./envoy-counters.ts";

const at = (retries: number) => `
cluster.outbound|8000||httpbin.a.example;.upstream_rq_retry: ${retries}
cluster.outbound|8000|v2|httpbin.a.example.upstream_rq_retry: 5
cluster.outbound|8000||httpbin.a.example;.upstream_cx_connect_fail: 0
cluster.outbound|8000||httpbin.a.example;.upstream_cx_length_ms: P0(1,2)
cluster.xds-grpc.upstream_rq_retry: 3
server.uptime: 5
`;

test("the counters of outbound clusters are read as Istio 1.20 and later versions write them", () => {
  expect(readCounters(at(2))).toEqual(
    new Map([
      ["outbound|8000||httpbin.a.example upstream_rq_retry", 2],
      ["outbound|8000|v2|httpbin.a.example upstream_rq_retry", 5],
      ["outbound|8000||httpbin.a.example upstream_cx_connect_fail", 0],
    ]),
  );
});

test("what was added is the difference; a counter that appeared later counts from zero", () => {
  const added = counted(readCounters(at(2)), readCounters(at(9)));
  expect(added).toEqual(new Map([["outbound|8000||httpbin.a.example upstream_rq_retry", 7]]));
  expect(counted(new Map(), readCounters(at(2))).size).toBe(2);
  expect(sumOf(counted(new Map(), readCounters(at(2))), "upstream_rq_retry", "httpbin.a.example")).toBe(7);
  expect(sumOf(added, "upstream_rq_retry", "a.example")).toBe(0);
});

test("the proxy is told to keep these counters, by their whole names", () => {
  const kept = new RegExp(keptCounters);
  expect(kept.test("cluster.outbound|8000||httpbin.a.example;.upstream_rq_retry")).toBe(true);
  expect(kept.test("cluster.outbound|8000||httpbin.a.example;.upstream_rq_total")).toBe(false);
});
