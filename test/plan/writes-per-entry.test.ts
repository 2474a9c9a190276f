// An entry is written at most once for each wave, everybody's included: counted from plan.json, from outside.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countWrites, type Writes } from "../../bench/count-writes.ts";
import { generateMeshes } from "../../bench/generate-meshes.ts";
import { type Config, defaultConfig } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { planOf, readEastWest, readFolder, root } from "../support/example.ts";
import { twoMeshes } from "../support/world.ts";

async function generated(namespaces: number): Promise<ClusterInput[]> {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-test-"));
  try {
    const inputs = generateMeshes(folder, { meshes: 3, services: 8, namespaces }).map((mesh) => mesh.split("="));
    return await Promise.all(inputs.map(([name = "", path = ""]) => readFolder(name, path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fourMeshes = (): Promise<ClusterInput[]> =>
  Promise.all(
    ["paris", "lyon", "oslo", "cork"].map((name) => readFolder(name, join(root, "examples/four-meshes", name))),
  );

const everybody = { exportTo: "all" } as const;
const keep = { exportTo: "keep" } as const;
const atMost = (count: number) => ({ waves: { ...defaultConfig.waves, atMost: count } });

function writesOf(inputs: readonly ClusterInput[], over: Partial<Config>): Writes {
  return countWrites([...planJson(planOf(inputs, { ...defaultConfig, ...over }))].join(""));
}

test("the default is four waves, of which the last is everybody", () => {
  expect([defaultConfig.exportTo, defaultConfig.waves]).toEqual(["all", { canary: null, order: [], atMost: 4 }]);
});

describe.each([
  ["eight namespaces for each importer", () => generated(8), 4, 4],
  ["two namespaces", () => generated(2), 3, 2],
  ["four-meshes", fourMeshes, 4, 3],
  ["East and West, with one client namespace", readEastWest, 2, 1],
  ["nobody who could call", async () => twoMeshes({ east: { clients: [] } }), 2, 1],
])("%s", (_, read, withEverybody, withoutThem) => {
  test("as many writes as waves, where every namespace sees the entry in the end", async () => {
    const inputs = await read();
    const most = { mostPerEntry: withEverybody, mostWaves: withEverybody, tooOften: [] };
    expect(writesOf(inputs, {})).toEqual(most);
    expect(writesOf(inputs, everybody)).toEqual(most);
  });

  test("and where entries stay with those that were moved", async () => {
    expect(writesOf(await read(), keep)).toEqual({ mostPerEntry: withoutThem, mostWaves: withoutThem, tooOften: [] });
  });
});

test("fewer waves, fewer writes", async () => {
  const inputs = await generated(8);
  const counted = (over: Partial<Config>) => {
    const { mostPerEntry, mostWaves, tooOften } = writesOf(inputs, over);
    return [mostPerEntry, mostWaves, tooOften.length];
  };
  expect([3, 2].map((count) => counted({ ...everybody, ...atMost(count) }))).toEqual([
    [3, 3, 0],
    [2, 2, 0],
  ]);
  expect([3, 2, 1].map((count) => counted({ ...keep, ...atMost(count) }))).toEqual([
    [3, 3, 0],
    [2, 2, 0],
    [1, 1, 0],
  ]);
});

test("an entry that is written more often is named", () => {
  const [metadata, ref] = [{ namespace: "n", name: "e" }, { cluster: "east" }];
  const steps = [1, 2].map(() => ({ action: { do: "apply", object: "x", ref } }));
  const plan = { objects: { x: { kind: "ServiceEntry", metadata } }, waves: [{ importer: "east/n/m" }] };
  expect(countWrites(JSON.stringify({ ...plan, phases: [{ steps }] }))).toEqual({
    mostPerEntry: 2,
    mostWaves: 1,
    tooOften: ["east/n/e"],
  });
});
