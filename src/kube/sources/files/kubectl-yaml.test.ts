import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { kubectlYaml } from "./kubectl-yaml.ts";

// Each line: a value as written, and what `kubectl patch --local -p '{}' --type=merge -o json` of kubectl 1.32.4 made of it.
const seen: readonly (readonly [string, unknown])[] = [
  ["yes", true],
  ["y", true],
  ["on", true],
  ["Off", false],
  ["n", false],
  ["NO", false],
  ["nO", "nO"],
  ['"yes"', "yes"],
  ["!!str yes", "yes"],
  ["!!bool yes", true],
  ["010", 8],
  ["-010", -8],
  ["0o10", 8],
  ["0O17", 15],
  ["089", 89],
  ["00", 0],
  ["0_7", 7],
  ["0x1F", 31],
  ["0X1f", 31],
  ["-0x10", -16],
  ["0x", "0x"],
  ["0x_1", 1],
  ["0b11", 3],
  ["-0b11", -3],
  ["0B11", 3],
  ["0b12", "0b12"],
  ["1_000", 1000],
  ["1__0", 10],
  ["1_", 1],
  ["_1", "_1"],
  ["1_0.5", 10.5],
  ["1_5.", 15],
  ["+5", 5],
  ["-0", 0],
  ["1.0", 1],
  ["1.", 1],
  [".5", 0.5],
  ["+.5", 0.5],
  [".5_0", 0.5],
  ["._5", "._5"],
  [".", "."],
  [".1e", ".1e"],
  [".1p3", ".1p3"],
  ["0.5f", "0.5f"],
  ["1e3", 1000],
  ["12e03", 12_000],
  ["1e400", "1e400"],
  ["1.5e-3", 0.0015],
  ["1:30", "1:30"],
  ["2020-01-01", "2020-01-01"],
  ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
  ["!!timestamp 2020-01-01", "2020-01-01"],
  ["=", "="],
  ["+", "+"],
  ['"-"', "-"],
  ["~", null],
  ["", null],
  ['"null"', "null"],
  ["!!str", ""],
  ['!!int "5"', 5],
  ["!!float 5", 5],
  ["!!float 010", 8],
  ["!!binary aGVsbG8=", "hello"],
  ["!foo bar", "bar"],
  ["! 5", "5"],
  ["!!set {a, b}", { a: null, b: null }],
  ["!!omap [a: 1]", [{ a: 1 }]],
  ["{<<: {a: 1}, b: 2}", { a: 1, b: 2 }],
  ['{"<<": {a: 1}}', { "<<": { a: 1 } }],
  ["{<<: [{a: 1}, {a: 2, b: 3}]}", { a: 1, b: 3 }],
  ["{1: a, yes: b, 010: c, 1.50: d, 2020-01-01: e}", { "1": "a", true: "b", "8": "c", "1.5": "d", "2020-01-01": "e" }],
];

describe("the YAML that kubectl reads", () => {
  it.each(seen)("reads %s as kubectl does", (written, value) => {
    expect(load(`v: ${written}\n`, { schema: kubectlYaml })).toEqual({ v: value });
  });

  it("leaves numbers that JSON does not have for the caller to refuse", () => {
    expect(load("[.inf, -.Inf, .NaN]", { schema: kubectlYaml })).toEqual([Infinity, -Infinity, NaN]);
  });

  it("refuses what kubectl refuses", () => {
    expect(() => load("v: !!int abc", { schema: kubectlYaml })).toThrow("cannot resolve");
    expect(() => load("{<<: 5}", { schema: kubectlYaml })).toThrow("cannot merge");
  });
});
