// An entry is written once for each wave, and once more where everybody is to see it in the end: counted from plan.json, from outside.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countWrites, type Writes } from "../../bench/count-writes.ts";
import { generateMeshes } from "../../bench/generate-meshes.ts";
import { type Config, defaultConfig } from "../../src/config/config.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { planOf, readFolder } from "../support/example.ts";

async function writesWith(over: Partial<Config>): Promise<Writes> {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-test-"));
  try {
    const inputs = generateMeshes(folder, { meshes: 3, services: 8, namespaces: 8 }).map((mesh) => mesh.split("="));
    const read = await Promise.all(inputs.map(([name = "", path = ""]) => readFolder(name, path)));
    return countWrites([...planJson(planOf(read, { ...defaultConfig, ...over }))].join(""));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("as many writes as waves where entries stay with those that were moved", async () => {
  expect(await writesWith({ exportTo: "keep" })).toEqual({ mostPerEntry: 4, mostWaves: 4 });
});

test("one more where every namespace sees the entry in the end", async () => {
  expect(await writesWith({ exportTo: "all" })).toEqual({ mostPerEntry: 5, mostWaves: 4 });
});

test("fewer waves, fewer writes", async () => {
  const waves = { ...defaultConfig.waves, atMost: 2 };
  expect(await writesWith({ exportTo: "keep", waves })).toEqual({ mostPerEntry: 2, mostWaves: 2 });
});
