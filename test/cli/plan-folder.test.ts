// The folder of a plan with hundreds of hosts: few files, whose commands name them, and in an order that the plan's edges allow.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { loadAll } from "js-yaml";
import { beforeAll, describe, expect, test } from "vitest";
import { generateMeshes } from "../../bench/generate-meshes.ts";
import { guideConfig } from "../support/guide-config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { examine, makePlan } from "../../src/pipeline.ts";
import { planFolder } from "../../src/present/folder/plan-folder.ts";
import { readFolder } from "../support/example.ts";

type Files = ReadonlyMap<string, string>;

async function folderOf(services: number): Promise<Files> {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-folder-"));
  generateMeshes(folder, { meshes: 3, services, namespaces: 10 });
  const inputs: ClusterInput[] = [];
  for (const name of ["mesh-0", "mesh-1", "mesh-2"]) inputs.push(await readFolder(name, join(folder, name)));
  rmSync(folder, { recursive: true });
  const examination = examine(inputs, guideConfig);
  return planFolder(makePlan(examination, guideConfig), examination.inventory);
}

describe("the folder of 3 meshes with 200 services each", () => {
  let files: Files;
  beforeAll(async () => {
    files = await folderOf(200);
  });
  const page = (name: string): string => files.get(`${name}/STEPS.md`) ?? "";

  test("has fewer than 100 files", () => expect(files.size).toBeLessThan(100));

  test("holds all entries of a mesh in one manifest, its endpoints before", () => {
    const manifests = [...files.keys()].filter((path) => path.startsWith("05-import/mesh-0/") && /entries/u.test(path));
    expect(manifests).toEqual([
      expect.stringMatching(/\/\d+-workloadentries\.yaml$/) as string,
      expect.stringMatching(/\/\d+-serviceentries\.yaml$/) as string,
    ]);
    for (const path of manifests) expect(loadAll(files.get(path) ?? "")).toHaveLength(200);
  });

  test("every manifest that a command names is there, and bash accepts the commands", () => {
    for (const [path, text] of files) {
      if (!path.endsWith("STEPS.md")) continue;
      const commands = [...text.matchAll(/^```sh\n([\s\S]*?)\n```$/gmu)].map(([, body]) => body ?? "").join("\n");
      execFileSync("bash", ["-n"], { input: commands });
      for (const [, named = ""] of commands.matchAll(/(?:-f|--patch-file|<) ([\w./-]*\.(?:yaml|json))/gu))
        expect([...files.keys()]).toContain(posix.normalize(`${posix.dirname(path)}/${named}`));
    }
  });

  test("what was created is deleted by its file; what was changed is applied from the file that last held it", () => {
    expect(page("05-import")).toMatch(/delete --ignore-not-found -f mesh-0\/\d+-serviceentries\.yaml/);
    expect(page("06-shift")).toMatch(/apply .* -f \.\.\/05-import\/mesh-0\/\d+-serviceentries\.yaml/);
    expect([...files.keys()].filter((path) => path.includes("06-shift") && path.includes(".undo."))).toEqual([]);
  });

  test("a section names five of its steps and how many there are beside them", () => {
    expect(page("05-import")).toMatch(/^## \d+\. Create 200 ServiceEntries in mesh-0$/mu);
    expect(page("05-import").match(/^- Wave 1 of 4: create the entry of .*mesh-2-imports/gmu)).toHaveLength(5);
    expect(page("05-import")).toContain("- and 195 more");
    expect(page("07-retire-exports").match(/^- Wave 4 of 4: show .* to every namespace$/gmu)?.length).toBe(15);
  });

  test("plan.json is JSON with a line for each step", () => {
    const text = files.get("plan.json") ?? "";
    const { phases } = JSON.parse(text) as { phases: { steps: { steps?: object[] }[] }[] };
    const steps = phases.flatMap((phase) =>
      phase.steps.flatMap((line) => line.steps ?? [line]).map((step) => JSON.stringify(step)),
    );
    expect(steps.length).toBeGreaterThan(1000);
    const lines = new Set(text.split("\n").map((line) => line.replace(/,$/u, "")));
    expect(steps.every((step) => lines.has(step))).toBe(true);
  });

  test("has the same bytes again, and with one more service the same files", async () => {
    expect(await folderOf(200)).toEqual(files);
    expect([...(await folderOf(201)).keys()]).toEqual([...files.keys()]);
  });
});
