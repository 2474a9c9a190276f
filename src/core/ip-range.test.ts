// Ranges of both families, and texts that are none.
import { expect, test } from "vitest";
import { isAddress, rangeHolds, rangeOf } from "./ip-range.ts";

test.each<[string, string, boolean]>([
  ["10.0.0.0/8", "10.255.3.4", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["203.0.113.9/32", "203.0.113.9", true],
  ["203.0.113.9/32", "203.0.113.8", false],
  ["203.0.113.9", "203.0.113.9", true],
  ["192.168.4.0/22", "192.168.7.255", true],
  ["192.168.4.0/22", "192.168.8.0", false],
  ["::/0", "2001:db8::1", true],
  ["2001:db8::/32", "2001:db8:1::1", true],
  ["2001:db8::/32", "2001:db9::1", false],
  ["::/0", "10.0.0.1", false],
  ["0.0.0.0/0", "lb.example", false],
  ["10.0.0.0/33", "10.0.0.1", false],
  ["1:2:3:4:5:6:7:8:9/0", "::1", false],
  ["everything", "10.0.0.1", false],
])("%s holds %s: %s", (range, address, holds) => {
  expect(rangeHolds(range, address)).toBe(holds);
});

test("an address is its own range, and a host name is no address", () => {
  expect([rangeOf("203.0.113.9"), rangeOf("2001:db8::1")]).toEqual(["203.0.113.9/32", "2001:db8::1/128"]);
  expect(["10.0.0.1", "::1", "lb.example", "1.2.3", "300.1.1.1", "1:2"].map(isAddress)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
