// imported: every host has to be named, and a row without a local service names none.
import { expect, test } from "vitest";
import { gone, hidden, judged, ref, there } from "../../../test/support/judged.ts";
import { host } from "../../core/ids.ts";
import type { Condition } from "../condition.ts";

const set = ref("ImportedServiceSet.federation.maistra.io istio-system/west-mesh");
const [shop, cart] = ["shop.west.local", "cart.west.local"].map(host);
const condition: Condition = { kind: "imported", ref: set, hosts: [shop, cart].flatMap((each) => each ?? []) };
const rows = (...hostnames: readonly string[]) => ({
  status: { importedServices: hostnames.map((hostname) => ({ exportedName: "x", localService: { hostname } })) },
});
const pending = (names: string) =>
  `pending MF874: east: ImportedServiceSet istio-system/west-mesh does not import ${names} (again) yet.`;

test.each<[string, Parameters<typeof judged>[1], string]>([
  ["all of them, among others", there(set, rows("shop.west.local", "else.local", "cart.west.local")), "done"],
  ["one alone", there(set, rows("shop.west.local", "")), pending("cart.west.local")],
  ["rows without a local service", there(set, rows("", "")), pending("shop.west.local, cart.west.local")],
  ["no status", there(set, {}), pending("shop.west.local, cart.west.local")],
])("%s", (_name, facts, verdict) => {
  expect(judged(condition, facts)).toBe(verdict);
});

test("a set that is gone, or that nobody may look at, imports nothing", () => {
  expect(judged(condition, gone(set))).toContain("MF850");
  expect(judged(condition, hidden(set, "forbidden"))).toContain("MF870");
});
