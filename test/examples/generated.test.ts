// The manifests of examples/east-west are what its scaffold.yaml gives, byte by byte (npm run examples writes them).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleTexts } from "../../tools/examples.ts";
import { eastWest } from "../support/example.ts";

test("every file is what the tool writes, and there is no other", async () => {
  const texts = await exampleTexts();
  const there = ["east", "west"].flatMap((side) => readdirSync(join(eastWest, side)).map((name) => `${side}/${name}`));
  expect(there.sort()).toEqual([...texts.keys()].sort());
  for (const [path, text] of texts) expect(readFileSync(join(eastWest, path), "utf8") === text, path).toBe(true);
});
