// What is written is read back equal by YAML 1.2 (two readers) and by what kubectl makes of it.
import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { kubectlYaml } from "../kube/sources/files/kubectl-yaml.ts";
import { yamlText } from "./yaml-text.ts";

const odd = [
  ...[
    "yes",
    "on",
    "y",
    "N",
    "Off",
    "TRUE",
    "null",
    "Null",
    "~",
    "",
    " ",
    "010",
    "0x1F",
    "0b1",
    "1e3",
    "1_000",
    ".5",
    ".inf",
  ],
  ...[
    "+1",
    "-",
    "--",
    "---",
    "...",
    "- a",
    "? a",
    ":",
    "a:",
    "a: b",
    "a #b",
    "#",
    "a:b",
    "2024-01-01",
    "12:30:45",
    "=",
    "<<",
  ],
  ...[
    "*",
    "*.a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`",
    "{a}",
    "[a",
    "a,",
    "'",
    '"',
    "\\",
    "a\tb",
    " a",
    "a ",
    "a\n",
    "a\n\n",
  ],
  ...[
    "\na",
    " a\nb",
    "a\n b",
    "a\n\nb",
    "a\n  \nb",
    "# a\nb",
    "a: b\nc: d\n",
    "---\na",
    "...\nb",
    "\u2028",
    "\u0085",
    "\ufeff",
    "é",
    "日本",
  ],
  ...["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "x".repeat(2000), "__proto__", "${SLOT_A}"],
];
const text = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.constantFrom(...odd), { maxLength: 4 }).map((parts) => parts.join("\n")),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("map"),
  ),
  list: fc.array(tie("any"), { maxLength: 4 }),
  map: fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    tie("any"),
    { maxKeys: 4 },
  ),
}));

function read(written: string): unknown[] {
  return [load(written), load(written, { schema: kubectlYaml }), parse(written)];
}

describe("YAML text", () => {
  test.each(odd)("of %j, as a value, in a list and as a key", (each) => {
    const whole = {
      a: each,
      b: [each, [each], { a: each, z: 1 }],
      ...(each === "__proto__" ? {} : { [each]: [1], c: { [each]: each } }),
    };
    for (const back of read(yamlText(whole))) expect(back).toEqual(whole);
  });

  test.each([false, true])("of any value is read back as the value (as a manifest: %s)", (manifest) => {
    fc.assert(
      fc.property(fc.oneof(value.map, value.list), (each) => {
        const meant: unknown = JSON.parse(JSON.stringify(each));
        for (const back of read(yamlText(meant, { manifest }))) expect(back).toEqual(meant);
      }),
      { numRuns: 400 },
    );
  });

  test("shows lines as lines, and a manifest's keys in the order that people expect", () => {
    const body = { spec: { b: 1, a: "x\ny\n" }, metadata: { namespace: "ns", name: "m" }, kind: "K", apiVersion: "v1" };
    expect(yamlText(body, { manifest: true })).toBe(
      "apiVersion: v1\nkind: K\nmetadata:\n  name: m\n  namespace: ns\nspec:\n  a: |\n    x\n    y\n  b: 1\n",
    );
  });
});
