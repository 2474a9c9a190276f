import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareText } from "../../core/order.ts";
import { catalogue, findCode } from "./catalogue.ts";

const here = new URL(".", import.meta.url);
const modules = readdirSync(fileURLToPath(here)).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !["catalogue.ts", "define-code.ts"].includes(name),
);

interface Coded {
  readonly code: string;
}

function codedIn(value: unknown): Coded[] {
  if (typeof value !== "object" || value === null) return [];
  return "code" in value && typeof value.code === "string" ? [value as Coded] : Object.values(value).flatMap(codedIn);
}

test("codes are unique and in their order", () => {
  const codes = catalogue.map(({ code }) => code);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes).toEqual([...new Set(codes)].sort(compareText));
});

test("names are unique and in kebab-case", () => {
  const names = catalogue.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test("every text says something, in sentences", () => {
  for (const { code, message, why, todo } of catalogue) {
    expect(`${code}: ${message}`).toMatch(/\S{3}/);
    for (const text of [why, todo]) expect(`${code}: ${text}`).toMatch(/[.?!)]$/);
  }
});

test.each(modules)("every code of %s is in the catalogue", async (name) => {
  const module = (await import(new URL(name, here).href)) as Readonly<Record<string, unknown>>;
  const declared = codedIn(module);
  expect(declared.length).toBeGreaterThan(0);
  for (const each of declared) expect(findCode(each.code)).toBe(each);
});

test("an unknown code has no text", () => {
  expect(findCode("MF999")).toBeUndefined();
  expect(findCode("__proto__")).toBeUndefined();
});
