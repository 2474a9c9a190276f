// Runs .ci/run in a folder of its own, with an npm that only says what a suite would say.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const ciRun = fileURLToPath(new URL("../../.ci/run", import.meta.url));

/** What the fake npm prints and returns, by its arguments; unnamed calls print nothing and succeed. */
type Npm = Readonly<Record<string, { readonly prints: string; readonly complains?: string; readonly exits?: number }>>;

const fakeNpm = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require("node:fs");
const call = process.argv.slice(2).join(" ");
appendFileSync("calls", call + " CI=" + process.env.CI + "\\n");
const { prints = "", complains = "", exits = 0 } = JSON.parse(readFileSync("npm.json", "utf8"))[call] ?? {};
process.stdout.write(prints);
process.stderr.write(complains);
process.exit(exits);
`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function run(npm: Npm, { floor = "1", scripts = {} }: { floor?: string; scripts?: Record<string, string> } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-ci-"));
  folders.push(folder);
  for (const below of [".ci", "bin"]) mkdirSync(join(folder, below));
  copyFileSync(ciRun, join(folder, ".ci/run"));
  writeFileSync(join(folder, ".ci/floor"), `${floor}\n`);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { test: "vitest run", ...scripts } }));
  writeFileSync(join(folder, "npm.json"), JSON.stringify(npm));
  writeFileSync(join(folder, "bin/npm"), fakeNpm);
  chmodSync(join(folder, "bin/npm"), 0o755);
  const env = { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}` };
  const { status, stdout, stderr } = spawnSync("bash", [join(folder, ".ci/run")], { env, encoding: "utf8" });
  const lastLine = stdout.trimEnd().split("\n").at(-1);
  return { green: status === 0, lastLine, stdout, stderr, calls: () => readFileSync(join(folder, "calls"), "utf8") };
}

const install = "ci --no-audit --no-fund";
const suite = (prints: string, exits = 0): Npm => ({ test: { prints, exits } });

test("a green run installs, tests, tells minutes, and ends with the total alone", () => {
  const { green, lastLine, stdout, stderr, calls } = run(suite(" Tests 7\n\n7 passed, 0 failed, 0 skipped\n"));
  expect({ green, lastLine, stderr }).toEqual({ green: true, lastLine: "7 passed, 0 failed, 0 skipped", stderr: "" });
  expect(stdout).toMatch(/^== npm ci: 0\.\d\d min$/m);
  expect(stdout).toMatch(/^== npm test: 0\.\d\d min$/m);
  expect(stdout.indexOf("Tests 7")).toBeGreaterThan(0);
  expect(calls()).toBe(`${install} CI=true\ntest CI=true\n`);
});

test("what npm says on the error stream after the tests does not hide the closing line", () => {
  const { green } = run({ test: { prints: "1 passed, 0 failed, 0 skipped\n", complains: "npm notice new version\n" } });
  expect(green).toBe(true);
});

test("suites are added up when the package has lab tests", () => {
  const lab = { "run lab:ci": { prints: "5 passed, 0 failed, 0 skipped\n" } };
  const scripts = { "lab:ci": "vitest run --config lab" };
  const both = { ...suite("7 passed, 0 failed, 0 skipped\n"), ...lab };
  expect(run(both, { scripts, floor: "12" })).toMatchObject({
    green: true,
    lastLine: "12 passed, 0 failed, 0 skipped",
  });
  expect(run(both).lastLine).toBe("7 passed, 0 failed, 0 skipped");
  expect(run({ ...lab, ...suite("7 passed, 1 failed, 0 skipped\n", 1) }, { scripts })).toMatchObject({
    green: false,
    lastLine: "12 passed, 1 failed, 0 skipped",
  });
});

test.each([
  ["no closing line", suite("all is well\n"), "has no closing line", "0 passed, 1 failed, 0 skipped"],
  ["no output", suite(""), "has no closing line", "0 passed, 1 failed, 0 skipped"],
  [
    "words after it",
    suite("7 passed, 0 failed, 0 skipped\nmore\n"),
    "no closing line",
    "0 passed, 1 failed, 0 skipped",
  ],
  ["words beside it", suite("so 7 passed, 0 failed, 0 skipped\n"), "no closing line", "0 passed, 1 failed, 0 skipped"],
  ["a failed test", suite("7 passed, 2 failed, 0 skipped\n", 1), "ci: 2 failed", "7 passed, 2 failed, 0 skipped"],
  ["a failure kept quiet", suite("7 passed, 2 failed, 0 skipped\n"), "ci: 2 failed", "7 passed, 2 failed, 0 skipped"],
  ["a skipped test", suite("7 passed, 0 failed, 1 skipped\n"), "ci: 1 skipped", "7 passed, 0 failed, 1 skipped"],
  ["a bad status", suite("7 passed, 0 failed, 0 skipped\n", 3), "status 3 although", "7 passed, 1 failed, 0 skipped"],
])("%s fails the run", (_name, npm, words, lastLine) => {
  const seen = run(npm);
  expect(seen).toMatchObject({ green: false, lastLine });
  expect(seen.stderr).toContain(words);
});

test("fewer passed tests than .ci/floor fail the run", () => {
  const npm = suite("7 passed, 0 failed, 0 skipped\n");
  const below = run(npm, { floor: "8" });
  expect(below).toMatchObject({ green: false, lastLine: "7 passed, 0 failed, 0 skipped" });
  expect(below.stderr).toContain("fewer than the 8 of .ci/floor");
  expect(run(npm, { floor: "7" }).green).toBe(true);
});

test("nothing is tested after a failed install, and no total is printed", () => {
  const { green, stdout, calls } = run({
    ...suite("7 passed, 0 failed, 0 skipped\n"),
    [install]: { prints: "", exits: 1 },
  });
  expect(green).toBe(false);
  expect(stdout).not.toContain("passed");
  expect(calls()).not.toContain("test");
});

test("a .ci/floor that holds no number fails the run", () => {
  expect(run(suite("7 passed, 0 failed, 0 skipped\n"), { floor: "" }).green).toBe(false);
});
