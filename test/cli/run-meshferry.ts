// Runs meshferry in-process, in a folder of its own, as a terminal or a pipe would see it.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { runCli } from "../../src/cli/run-cli.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const project = fileURLToPath(new URL("../..", import.meta.url));

/** A folder that goes when the test is over, with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A folder with the example's two clusters as east/ and west/, and further files. */
export function exampleFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = folderWith();
  for (const name of ["east", "west"])
    cpSync(join(project, "examples/east-west", name), join(folder, name), { recursive: true });
  cpSync(join(project, "examples/east-west/meshferry.yaml"), join(folder, "meshferry.yaml"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Within the life of the examples' roots, so that no test depends on the day it runs on. */
export const exampleTime = new Date("2027-01-01T00:00:00Z");

export const bothMeshes = ["--mesh", "east=east", "--mesh", "west=west"] as const;

/** The example with the settings that come with it. */
export const combinedRoots = ["--config", "meshferry.yaml"] as const;

export async function run(cwd: string, argv: readonly string[], overrides: Partial<CliContext> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(argv, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    cwd,
    env: {},
    columns: undefined,
    isTTY: false,
    now: () => exampleTime,
    ...overrides,
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** Every file below a folder, by relative path, in order. */
export function filesBelow(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

/** What no output for people may hold, beside the newline between lines. */
export const controlCharacters = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

export const stackTrace = /^\s+at .*[(:/].*\d+:\d+\)?$/mu;
