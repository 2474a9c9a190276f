import { expect, test } from "vitest";
import { effectiveLocality, localityLabel } from "./locality.ts";

test.each([
  ["", "", "", true, ""],
  ["r", "", "", true, "r//"],
  ["r", "z", "", true, "r/z/"],
  ["r", "z", "s", true, "r/z/s"],
  ["", "z", "", false, ""],
  ["", "z", "s", false, ""],
  ["r", "", "s", false, ""],
  ["", "", "s", false, ""],
])("region %j, zone %j, subzone %j", (region, zone, subzone, counts, label) => {
  const locality = effectiveLocality({ region, zone, subzone });
  expect(locality).toEqual(counts ? { region, zone, subzone } : null);
  expect(localityLabel(locality)).toBe(label);
});

test("none is none", () => {
  expect(effectiveLocality(null)).toBeNull();
  expect(localityLabel(null)).toBe("");
});
