import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../model/json-text.ts";
import { displayWidth, fitting, padded, shortened } from "./display-width.ts";
import { paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging, wrapped } from "./wrapped.ts";

const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "\u001b",
      "[31m",
      "\n",
      "\r",
      "\u202e",
      "\u2066",
      "\u200b",
      "\ud800",
      "\u009b",
      "a",
      "ｗ",
      "e\u0301",
    ),
  }),
);

test.each([
  ["\u001b[31mred", "␛[31mred"],
  ["a\nb\tc\u0000", "a␊b␉c␀"],
  ["\u007f", "␡"],
  ["\u009b31m", "\\u009b31m"],
  ["\u202egnp.exe", "\\u202egnp.exe"],
  ["\u200bzero", "\\u200bzero"],
  ["\u{e0041}tag", "\\u{e0041}tag"],
  ["\ud800lone", "\\ud800lone"],
  ["plain ✓ – …", "plain ✓ – …"],
])("%j is shown as %s", (text, shown) => expect(visibleText(text)).toBe(shown));

test("visible text holds nothing that a terminal acts on, and stays as it is", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const shown = visibleText(text);
      expect(shown).not.toMatch(control);
      expect(visibleText(shown)).toBe(shown);
    }),
  );
});

test("JSON text parses back to the same value and holds no control character but its newlines", () => {
  fc.assert(
    fc.property(fc.dictionary(nasty, nasty), (value) => {
      const text = jsonText(value);
      expect(JSON.parse(text)).toEqual(value);
      expect(text.replaceAll("\n", "")).not.toMatch(control);
    }),
  );
});

test("wrapped lines fit, and lose nothing but blanks at the breaks", () => {
  fc.assert(
    fc.property(nasty.map(visibleText), fc.integer({ min: 8, max: 120 }), (text, columns) => {
      const lines = wrapped(text, columns);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
});

test("a long word is broken after a dot or a slash where that is near", () => {
  expect(wrapped("httpbin.a.svc.west-mesh-imports.local", 24)).toEqual(["httpbin.a.svc.", "west-mesh-imports.local"]);
  expect(hanging("do  ", "one two three", 12)).toEqual(["do  one two", "    three"]);
});

test("a shortened text keeps its head and its tail", () => {
  expect(shortened("httpbin.a.svc.west-mesh-imports.local", 20)).toBe("httpbin.a.…rts.local");
  expect(shortened("short", 5)).toBe("short");
  fc.assert(
    fc.property(nasty.map(visibleText), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      expect(displayWidth(shortened(text, columns))).toBeLessThanOrEqual(columns);
      expect(displayWidth(fitting(text, columns, "tail"))).toBeLessThanOrEqual(columns);
      expect(displayWidth(padded(text, columns))).toBeGreaterThanOrEqual(Math.min(columns, displayWidth(text)));
    }),
  );
});

test("wide characters take two columns, combining marks none", () => {
  expect(displayWidth("ｗide 漢字")).toBe(2 + 4 + 4);
  expect(displayWidth("e\u0301")).toBe(1);
});

test("a table's columns are aligned, and no line is wider than asked", () => {
  const columns = [{ title: "HOST", least: 6 }, { title: "PORTS" }, { title: "RUN BY", least: 4 }];
  const lines = table(
    columns,
    [
      ["a-very-long-host.example.com", "80", "x"],
      ["b", "443, 8443", "a/service"],
    ],
    paint(40, false),
  );
  expect(lines).toEqual([
    "  HOST              PORTS      RUN BY",
    "  a-very-l…ple.com  80         x",
    "  b                 443, 8443  a/service",
  ]);
  fc.assert(
    fc.property(fc.array(fc.tuple(nasty, nasty, nasty)), fc.integer({ min: 40, max: 200 }), (rows, width) => {
      for (const line of table(
        columns,
        rows.map((row) => row.map(visibleText)),
        paint(width, false),
      )) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});
