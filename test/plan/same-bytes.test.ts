// Same input, same bytes: whatever the order of arguments, files and documents, the folder, the time zone and the language.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eastWest, root } from "../support/example.ts";

let work: string;
let expected: Map<string, string>;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "meshferry-same-"));
  expected = planFiles(["--mesh", `east=${eastWest}/east`, "--mesh", `west=${eastWest}/west`], root, {});
  expect(expected.size).toBeGreaterThan(20);
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

let runs = 0;

/** Runs the built command as a user would, and returns every file of the plan folder, and what was printed. */
function planFiles(flags: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Map<string, string> {
  runs += 1;
  const out = join(work, `out-${runs}`);
  const printed = execFileSync(
    process.execPath,
    [join(root, "dist/cli/main.js"), "plan", "--no-rehearse", ...flags, "--out", out],
    {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      encoding: "utf8",
    },
  );
  const files = new Map<string, string>([["(printed)", printed.replaceAll(out, "OUT")]]);
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else files.set(relative(out, path), readFileSync(path, "utf8"));
    }
  };
  walk(out);
  return files;
}

test("another order of the arguments", () => {
  expect(planFiles(["--mesh", `west=${eastWest}/west`, "--mesh", `east=${eastWest}/east`], root, {})).toEqual(expected);
});

test("another working folder, time zone, language and encoding", () => {
  const env = { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
  expect(planFiles(["--mesh", `east=${eastWest}/east`, "--mesh", `west=${eastWest}/west`], work, env)).toEqual(
    expected,
  );
});

test("files under other names, and every document in a file of its own", () => {
  const moved = join(work, "moved");
  for (const cluster of ["east", "west"]) {
    const documents = readdirSync(join(eastWest, cluster))
      .sort()
      .flatMap((name) => readFileSync(join(eastWest, cluster, name), "utf8").split(/^---$/mu));
    mkdirSync(join(moved, cluster), { recursive: true });
    documents.forEach((document, index) => {
      writeFileSync(join(moved, cluster, `${String(documents.length - index).padStart(4, "0")}.yaml`), document);
    });
  }
  expect(planFiles(["--mesh", `east=${moved}/east`, "--mesh", `west=${moved}/west`], root, {})).toEqual(expected);
});

test("all documents of a cluster in one file, named twice", () => {
  const joined = join(work, "joined");
  mkdirSync(joined);
  for (const cluster of ["east", "west"]) {
    const texts = readdirSync(join(eastWest, cluster))
      .sort()
      .reverse()
      .map((name) => readFileSync(join(eastWest, cluster, name), "utf8"));
    writeFileSync(join(joined, `${cluster}.yaml`), texts.join("\n---\n"));
  }
  cpSync(join(joined, "east.yaml"), join(joined, "east-again.yaml"));
  expect(
    planFiles(
      [
        "--mesh",
        `east=${joined}/east.yaml`,
        "--mesh",
        `east=${joined}/east-again.yaml`,
        "--mesh",
        `west=${joined}/west.yaml`,
      ],
      root,
      {},
    ),
  ).toEqual(expected);
});
