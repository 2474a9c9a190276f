// docs/codes says what the catalogue says: one page for each code, no page too many.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codePages } from "../../tools/code-pages.ts";
import { root } from "../support/example.ts";

const folder = join(root, "docs", "codes");

test("the folder holds the pages of the catalogue and nothing else (npm run codes writes them)", () => {
  const pages = codePages();
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(join(folder, name), "utf8"), name).toBe(text);
});

test("there are at least forty codes, and placeholders are no markup", () => {
  const pages = codePages();
  expect(pages.size).toBeGreaterThan(41);
  expect(pages.get("MF300.md")).toContain("> Mesh `{mesh}` runs version `{version}`.");
});
