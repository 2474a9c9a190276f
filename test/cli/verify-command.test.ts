// verify on clusters that answer for objects and run no program: what cannot be asked is not checked, and never fine.
import { describe, expect, test } from "vitest";
import type { VerifyView } from "../../src/present/model/verify-view.ts";
import { playCluster, writeKubeconfig } from "../live/play-cluster.ts";
import { readEastWest } from "../support/example.ts";
import { exampleFolder, run } from "./run-meshferry.ts";

const meshes = ["--mesh", "east=context:east", "--mesh", "west=context:west", "--kubeconfig", "kubeconfig"];

/** A plan folder beside a kubeconfig that leads to the example's clusters. */
async function planned(): Promise<string> {
  const folder = exampleFolder();
  const servers: Record<string, string> = {};
  for (const input of await readEastWest()) servers[input.id] = (await playCluster(input)).url;
  writeKubeconfig(folder, "kubeconfig", servers);
  const ran = await run(folder, [
    "plan",
    "--no-rehearse",
    "--mesh",
    "east=east",
    "--mesh",
    "west=west",
    "--out",
    "plan",
  ]);
  expect(ran.code).toBeLessThanOrEqual(1);
  return folder;
}

describe("where no program runs", () => {
  test("nothing is checked, and the exit code says so", async () => {
    const folder = await planned();
    const { code, stdout } = await run(folder, ["verify", "plan", ...meshes, "--no-probe-pods", "-o", "json"]);
    const view = JSON.parse(stdout) as VerifyView;
    expect([code, view.holds, view.counts.ok]).toEqual([1, false, 0]);
    expect(view.counts.pairs).toBeGreaterThan(0);
    expect(view.counts.notChecked).toBe(view.counts.pairs);
    expect(new Set(view.pairs.flatMap(({ seen }) => seen.map((finding) => finding.code)))).toContain("MF866");
  });
  test("as text, within 80 columns", async () => {
    const folder = await planned();
    const { code, stdout } = await run(folder, ["verify", "plan", ...meshes, "--no-probe-pods"]);
    expect(code).toBe(1);
    expect(stdout).toContain("not checked");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("wrong use", () => {
  test.each([
    ["a folder without a plan", ["verify", "nowhere", ...meshes], "there is no plan to be read"],
    [
      "a cluster that is not given",
      ["verify", "plan", "--mesh", "east=context:east", "--kubeconfig", "kubeconfig"],
      "west",
    ],
    ["fresh proxies without pods", ["verify", "plan", ...meshes, "--fresh", "--no-probe-pods"], "exclude each other"],
  ])("%s", async (_, words, said) => {
    const { code, stderr } = await run(await planned(), words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
