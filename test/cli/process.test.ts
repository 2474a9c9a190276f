// The process itself, as the shell starts it and as `npm test` has built it (tsx does not reach into threads): what cannot be
// seen in-process.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bothMeshes, exampleFolder, project } from "./run-meshferry.ts";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(cwd: string, argv: readonly string[], readBytes = Number.POSITIVE_INFINITY): Promise<Ended> {
  const child = spawn(process.execPath, [join(project, "dist/cli/main.js"), ...argv], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    if (stdout.length >= readBytes) child.stdout.destroy();
  });
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

test("the exit code is the process's, and all of a long output arrives", async () => {
  const folder = exampleFolder();
  const { code, stdout } = await start(folder, ["plan", ...bothMeshes, "-o", "json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ apiVersion: "meshferry/plan-summary.v1" });
  expect((await start(folder, ["plan"])).code).toBe(2);
});

test("a reader that stops early is no error", async () => {
  const odd = (at: number) => `apiVersion: v1\nkind: Service\nmetadata: {name: odd-${at}, namespace: a}\nspec: 7\n`;
  // More than a pipe holds, so that the writer meets the closed end.
  const folder = exampleFolder({ "west/odd.yaml": Array.from({ length: 800 }, (_, at) => odd(at)).join("---\n") });
  const { stdout, stderr, code } = await start(folder, ["inspect", ...bothMeshes, "-o", "json"], 1);
  expect(stdout.length).toBeLessThan(400_000);
  expect([code, stderr]).toEqual([0, ""]);
});
