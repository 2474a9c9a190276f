import { expect, test } from "vitest";
import type { LiveObject } from "../api/live-object.ts";
import { assignments } from "./load-balancer-addresses.ts";

interface Sample {
  readonly type?: string;
  readonly has?: string;
  readonly wants?: string;
  readonly deleted?: boolean;
}

function service(name: string, { type = "LoadBalancer", has, wants, deleted = false }: Sample): LiveObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(deleted ? { deletionTimestamp: "2026-01-01T00:01:00Z" } : {}),
    },
    spec: { type, ...(wants === undefined ? {} : { loadBalancerIP: wants }) },
    status: { loadBalancer: has === undefined ? {} : { ingress: [{ ip: has }] } },
  };
}

const given = (samples: Readonly<Record<string, Sample>>) =>
  Object.fromEntries(
    assignments(
      Object.entries(samples).map(([name, sample]) => service(name, sample)),
      "10.100.17.0/24",
    ).map(({ service: { metadata }, address }) => [metadata.name, address]),
  );

test("each gets the lowest free address and keeps it", () => {
  expect(given({ a: {}, b: { has: "10.100.17.1" }, c: {} })).toEqual({ a: "10.100.17.2", c: "10.100.17.3" });
});

test("a wish comes before all others, unless it is taken or lies elsewhere", () => {
  expect(given({ a: {}, b: { wants: "10.100.17.1" } })).toEqual({ a: "10.100.17.2", b: "10.100.17.1" });
  expect(given({ a: { has: "10.100.17.9" }, b: { wants: "10.100.17.9" } })).toEqual({ b: "10.100.17.1" });
  expect(given({ a: { wants: "192.0.2.1" } })).toEqual({ a: "10.100.17.1" });
});

test("who needs none any more gives it back, and somebody else has it", () => {
  expect(given({ a: { type: "ClusterIP", has: "10.100.17.1" }, b: {} })).toEqual({ a: null, b: "10.100.17.1" });
  expect(given({ a: { has: "10.100.17.1", deleted: true } })).toEqual({ a: null });
  expect(given({ a: { type: "ClusterIP" } })).toEqual({});
});

test("two with one address, or one with an address of another lab, are mended", () => {
  expect(given({ a: { has: "10.100.17.1" }, b: { has: "10.100.17.1" } })).toEqual({ b: "10.100.17.2" });
  expect(given({ a: { has: "10.101.17.1" } })).toEqual({ a: "10.100.17.1" });
});

test("when there are no more addresses, the rest waits", () => {
  const many = Object.fromEntries(Array.from({ length: 255 }, (_, index): [string, Sample] => [`s${index}`, {}]));
  expect(Object.keys(given(many))).toHaveLength(254);
});
