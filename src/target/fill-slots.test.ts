// What a slot takes from its place, and a template with its slots filled.
import { describe, expect, test } from "vitest";
import { clusterId, slotId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { refIn } from "../inventory/mesh.ts";
import { node } from "../../test/support/slots.ts";
import type { Slot } from "./desired-object.ts";
import { fillSlots, slotValue } from "./fill-slots.ts";

const west = clusterId("west");
const from = refIn(west, "", "Service", "istio-ingress", "gateway");
const seen = (slot: Slot, body: Json | undefined, nodes: readonly Json[] = []): Json | null =>
  slotValue(slot, { object: (ref) => (ref === from ? body : undefined), nodes: (id) => (id === west ? nodes : []) });
const ip = (value: string) => ({ type: "IPAddress", value });

describe("addresses of a load balancer", () => {
  const slot: Slot = { id: slotId("s"), type: "addresses", from, pointer: "/status/loadBalancer/ingress" };
  const values: readonly (readonly [string, Json | undefined, Json])[] = [
    ["an IP", [{ ip: "192.0.2.1" }], [ip("192.0.2.1")]],
    [
      "IPv6 and a name",
      [{ ip: "2001:db8::1" }, { hostname: "lb.example" }],
      [ip("2001:db8::1"), { type: "Hostname", value: "lb.example" }],
    ],
    ["the IP where both are given", [{ ip: "192.0.2.1", hostname: "lb.example" }], [ip("192.0.2.1")]],
    ["nothing yet", [], null],
    ["no field yet", null, null],
    ["entries without either", [{ ports: [] }, "x", { ip: "" }], null],
  ];
  test.each(values)("%s", (_name, ingress, expected) =>
    expect(seen(slot, { status: { loadBalancer: { ingress: ingress ?? null } } })).toEqual(expected),
  );
  test("no Service yet", () => expect(seen(slot, undefined)).toBeNull());

  test("give plain addresses where a field takes texts", () => {
    const plain: Slot = { id: slotId("s"), type: "plain-addresses", from, pointer: "/status/loadBalancer/ingress" };
    const ingress = [{ ip: "192.0.2.1" }, { hostname: "lb.example" }, { ip: "" }];
    expect(seen(plain, { status: { loadBalancer: { ingress } } })).toEqual(["192.0.2.1", "lb.example"]);
    expect(seen(plain, { status: { loadBalancer: { ingress: [] } } })).toBeNull();
  });
});

describe("the node port of a Service", () => {
  const slot: Slot = { id: slotId("s"), type: "node-port", from, pointer: "/spec/ports", port: 15443 };
  const ports = (...list: readonly Json[]): Json => ({ spec: { ports: list } });
  test("is that of the port, in whatever order", () => {
    expect(seen(slot, ports({ port: 15021, nodePort: 30021 }, { port: 15443, nodePort: 30443, protocol: "TCP" }))).toBe(
      30443,
    );
  });
  test("is not that of UDP, and not there before the cluster chose one", () => {
    expect(seen(slot, ports({ port: 15443, nodePort: 30443, protocol: "UDP" }))).toBeNull();
    expect(seen(slot, ports({ port: 15443 }))).toBeNull();
  });
});

describe("addresses of nodes", () => {
  const slot = (...among: readonly string[]): Slot => ({
    id: slotId("s"),
    type: "node-addresses",
    cluster: west,
    among,
  });
  const nodes = [node(["10.0.0.2"], ["198.51.100.2"]), node(["10.0.0.1", "fd00::1"])];
  test("are those that the importer reaches", () => {
    expect(seen(slot("10.0.0.1", "10.0.0.2", "10.0.0.9"), undefined, nodes)).toEqual([ip("10.0.0.1"), ip("10.0.0.2")]);
    expect(seen(slot("10.0.0.9"), undefined, nodes)).toBeNull();
  });
  test("are one of each node where nothing is known: external, or else internal", () => {
    expect(seen(slot(), undefined, nodes)).toEqual([ip("10.0.0.1"), ip("198.51.100.2")]);
  });
});

test("slots are filled at any depth, and missing ones are an error", () => {
  const template = { a: [{ $slot: "s" }], b: { c: { $slot: "s" } }, d: 1 };
  expect(fillSlots(template, new Map([["s", 7]]))).toEqual({ a: [7], b: { c: 7 }, d: 1 });
  expect(() => fillSlots(template, new Map())).toThrow("slot s has no value yet");
});
