// Manifests of a large plan are made and written by a second thread: the same bytes as without it, and its trouble is the command's.
import { mkdirSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateMeshes } from "../../bench/generate-meshes.ts";
import { startManifestThread } from "../../src/cli/manifest-thread.ts";
import { UserError } from "../../src/cli/user-error.ts";
import { writeFolderWith } from "../../src/cli/write-folder.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { clusterId } from "../../src/core/ids.ts";
import { readFiles } from "../../src/kube/sources/files/read-files.ts";
import { examine, hashTemplates, makePlan } from "../../src/pipeline.ts";
import type { FileText } from "../../src/present/folder/file-text.ts";
import { planFolder } from "../../src/present/folder/plan-folder.ts";
import { filesBelow, folderWith, project } from "./run-meshferry.ts";

test("the folder of a large plan, byte by byte", async () => {
  const work = folderWith();
  const meshes = generateMeshes(join(work, "in"), { meshes: 4, services: 400, namespaces: 10 });
  const inputs = [];
  for (const mesh of meshes) {
    const [name = "", path = ""] = mesh.split("=");
    inputs.push(await readFiles(clusterId(name), [path], { cwd: work }));
  }
  const examination = examine(inputs, defaultConfig);
  const plan = makePlan(examination, defaultConfig);
  expect(Object.keys(plan.objects).length, "as many as the thread is started for").toBeGreaterThan(6_000);

  const argv = ["plan", "--no-rehearse", ...meshes.flatMap((mesh) => ["--mesh", mesh]), "--out", "plan"];
  const { status, stderr } = spawnSync(process.execPath, [join(project, "dist/cli/main.js"), ...argv], {
    cwd: work,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^note: \d+ files written to plan\n$/u)]);
  const written = filesBelow(join(work, "plan"));
  written.delete(".meshferry");
  const expected = planFolder(plan, examination.inventory);
  expect([...written.keys()].sort()).toEqual([...expected.keys()]);
  for (const [path, text] of expected) expect(written.get(path) === text, path).toBe(true);
  expect(readdirSync(work).sort()).toEqual(["in", "plan"]);
}, 180_000);

test("a small plan has no thread", async () => {
  expect(startManifestThread(hashTemplates(examine([], defaultConfig)))).toBeNull();
});

test("what the thread cannot write is the user's trouble, and leaves nothing behind", async () => {
  const work = folderWith();
  const folder = join(work, "plan");
  const noSpace = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  const thread = {
    write: () => Promise.reject(noSpace),
    end: () => Promise.resolve(),
  };
  const files = new Map<string, FileText>([
    ["README.md", "# a"],
    ["01-a/01-x.yaml", { pieces: () => ["x: 1\n"], elsewhere: { makes: "manifests", applies: [] } }],
  ]);
  const trouble = await writeFolderWith(thread, folder, files).catch((error: unknown) => error);
  expect(trouble).toBeInstanceOf(UserError);
  expect(trouble).toMatchObject({ trouble: { what: "the folder cannot be written", why: "no space left" } });
  expect(readdirSync(work)).toEqual([]);

  mkdirSync(join(folder, "01-a"), { recursive: true });
  const bug = { ...thread, write: () => Promise.reject(new Error("ended before it was done")) };
  await expect(writeFolderWith(bug, join(work, "other"), files)).rejects.toThrow("ended before it was done");
  expect(readdirSync(work)).toEqual(["plan"]);
});
