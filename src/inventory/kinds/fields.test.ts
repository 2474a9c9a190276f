// Absent, null and empty read alike; a value of a wrong type is named by its path, and hides nothing that stands beside it.
import { expect, test } from "vitest";
import {
  flag,
  list,
  mapOf,
  maybeFlag,
  maybeList,
  maybeNumber,
  maybeNumberOrText,
  maybePart,
  type Misfit,
  number,
  object,
  part,
  string,
  text,
  textMap,
} from "./fields.ts";

const everything = object({
  text,
  flag,
  maybeFlag,
  maybeNumber,
  maybeNumberOrText,
  texts: list(string),
  maybeTexts: maybeList(string),
  textMap,
  parts: mapOf(part({ mode: text })),
  part: part({ ports: list(object({ number, name: text })) }),
  maybePart: maybePart({}),
});

const ofNothing = {
  text: "",
  flag: false,
  maybeFlag: null,
  maybeNumber: null,
  maybeNumberOrText: null,
  texts: [],
  maybeTexts: null,
  textMap: {},
  parts: {},
  part: { ports: [] },
  maybePart: null,
};

test.each([
  ["absent", {}],
  ["null", Object.fromEntries(Object.keys(ofNothing).map((key) => [key, null]))],
])("%s", (_, value) => {
  expect(everything.fit(value)).toEqual(ofNothing);
});

test("what is there, without the fields that nobody asks for", () => {
  const value = {
    text: "a",
    flag: true,
    maybeFlag: false,
    maybeNumber: 0,
    maybeNumberOrText: "http",
    texts: [""],
    maybeTexts: ["b"],
    textMap: { c: "d" },
    parts: { "8080": { mode: "STRICT" } },
    part: { ports: [{ number: 1, name: "" }] },
    maybePart: {},
  };
  const more = { ...value, more: 1, part: { ports: [{ number: 1, more: 1 }] }, maybePart: { more: 1 } };
  expect(everything.fit(more)).toEqual(value);
  expect(everything.parse(more)).toEqual(value);
});

test("wrong types, each with its path", () => {
  const misfits: Misfit[] = [];
  everything.read(
    {
      text: 1,
      flag: "yes",
      maybeFlag: 0,
      maybeNumber: "1",
      maybeNumberOrText: true,
      texts: ["a", null],
      maybeTexts: "a",
      textMap: { a: 1, b: "c" },
      parts: [],
      part: { ports: [{ number: 1 }, { name: [] }, 2] },
      maybePart: "",
    },
    misfits,
  );
  expect(misfits.map(({ path, problem }) => `${path.join("/")}: ${problem}`)).toEqual([
    "text: Invalid input: expected string, received number",
    "flag: Invalid input: expected boolean, received string",
    "maybeFlag: Invalid input: expected boolean, received number",
    "maybeNumber: Invalid input: expected number, received string",
    "maybeNumberOrText: Invalid input",
    "texts/1: Invalid input: expected string, received null",
    "maybeTexts: Invalid input: expected array, received string",
    "textMap/a: Invalid input: expected string, received number",
    "parts: Invalid input: expected record, received array",
    "part/ports/1/number: Invalid input: expected number, received undefined",
    "part/ports/1/name: Invalid input: expected string, received array",
    "part/ports/2: Invalid input: expected object, received number",
    "maybePart: Invalid input: expected object, received string",
  ]);
});

test("something that does not fit gives nothing", () => {
  expect(text.fit(1)).toBeNull();
  expect(() => everything.parse({ part: { ports: 1 } })).toThrow(
    "part.ports: Invalid input: expected array, received number",
  );
  expect(object({}).fit([])).toBeNull();
});

test("a map's keys are its own, whatever they are called", () => {
  const value: unknown = JSON.parse('{"a":"b","__proto__":"c"}');
  expect(Object.entries(textMap.parse(value))).toEqual([["a", "b"]]);
});
