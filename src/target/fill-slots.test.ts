// What a slot takes from its field, and a template with its slots filled.
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { examined } from "../../test/support/seen.ts";
import { twoMeshes } from "../../test/support/world.ts";
import { fillSlots, slotValue } from "./fill-slots.ts";

describe("slots", () => {
  const [slot] = examined(twoMeshes()).target.slots;
  const values: readonly (readonly [string, Json | undefined, Json])[] = [
    ["an IP", [{ ip: "192.0.2.1" }], [{ type: "IPAddress", value: "192.0.2.1" }]],
    [
      "IPv6 and a name",
      [{ ip: "2001:db8::1" }, { hostname: "lb.example" }],
      [
        { type: "IPAddress", value: "2001:db8::1" },
        { type: "Hostname", value: "lb.example" },
      ],
    ],
    [
      "the IP where both are given",
      [{ ip: "192.0.2.1", hostname: "lb.example" }],
      [{ type: "IPAddress", value: "192.0.2.1" }],
    ],
    ["nothing yet", [], null],
    ["no field yet", undefined, null],
    ["entries without either", [{ ports: [] }, "x", { ip: "" }], null],
  ];
  for (const [name, field, expected] of values)
    test(name, () => expect(slot && slotValue(slot, field)).toEqual(expected));

  test("give plain addresses where a field takes texts", () => {
    const plain = slot && { ...slot, type: "plain-addresses" as const };
    const field = [{ ip: "192.0.2.1" }, { hostname: "lb.example" }, { ip: "" }];
    expect(plain && slotValue(plain, field)).toEqual(["192.0.2.1", "lb.example"]);
    expect(plain && slotValue(plain, [])).toBeNull();
  });

  test("are filled at any depth, and missing ones are an error", () => {
    const template = { a: [{ $slot: "s" }], b: { c: { $slot: "s" } }, d: 1 };
    expect(fillSlots(template, new Map([["s", 7]]))).toEqual({ a: [7], b: { c: 7 }, d: 1 });
    expect(() => fillSlots(template, new Map())).toThrow("slot s has no value yet");
  });
});
