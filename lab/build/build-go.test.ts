import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildGo, type GoBuild, goBinaries } from "./build-go.ts";
import { clearUnfinished } from "./clear-unfinished.ts";
import type { GoGroup } from "./go-parts.ts";

// Stands in for Go: writes a file per package into the folder after -o, and notes each call.
const fakeGo = `#!/bin/sh
if [ "$1" = env ]; then echo go1.0; exit; fi
echo "$*" >> "$(dirname "$0")/calls"
while [ "$1" != -o ]; do shift; done
out=$2; shift 2
for package; do echo "built $package" > "$out/$(basename "$package")"; if [ -e "$(dirname "$0")/break" ]; then echo "no space left" >&2; exit 1; fi; done
`;

const group: GoGroup = {
  module: "tools",
  version: "7",
  commands: { one: "example.test/one", two: "example.test/two" },
  ldflags: "-s",
  env: {},
};

let folder = "";
let build: GoBuild;
let lines: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-go-"));
  lines = [];
  mkdirSync(join(folder, "modules", "tools"), { recursive: true });
  writeFileSync(join(folder, "modules", "tools", "go.mod"), "module tools\n");
  const go = join(folder, "go");
  writeFileSync(go, fakeGo);
  chmodSync(go, 0o755);
  build = { cache: join(folder, "cache"), modules: join(folder, "modules"), say: (line) => lines.push(line), go };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const calls = () =>
  readFileSync(join(folder, "calls"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").filter((word) => word.startsWith("example.test/")));
const cached = () => readdirSync(join(build.cache, "bin")).sort();

test("builds all commands at once, each into its own folder, and never again", async () => {
  const binaries = await buildGo(build, group);
  expect(
    Object.fromEntries(Object.entries(binaries).map(([name, path]) => [name, readFileSync(path, "utf8")])),
  ).toEqual({ one: "built example.test/one\n", two: "built example.test/two\n" });
  expect(cached()).toEqual(Object.values(binaries).map((path) => basename(dirname(path))));
  expect(await buildGo(build, group)).toEqual(binaries);
  expect(calls()).toEqual([["example.test/one", "example.test/two"]]);
  expect(lines.at(-1)).toBe("lab: tools 7: in the cache");
});

test("builds only what is missing", async () => {
  const { two = "" } = await buildGo(build, group);
  rmSync(dirname(two), { recursive: true });
  await buildGo(build, group);
  expect(calls()).toEqual([["example.test/one", "example.test/two"], ["example.test/two"]]);
  expect(existsSync(two)).toBe(true);
});

test("a failed build leaves no binary behind, says why, and the next one succeeds", async () => {
  writeFileSync(join(folder, "break"), "");
  await expect(buildGo(build, group)).rejects.toThrow(/status 1\n {2}why: no space left\n {2}what to do: /);
  expect(cached().filter((name) => !name.startsWith(".new-tools-"))).toEqual([]);
  rmSync(join(folder, "break"));
  await clearUnfinished(build.cache);
  const binaries = await buildGo(build, group);
  expect(cached()).toEqual(Object.values(binaries).map((path) => basename(dirname(path))));
});

test("another go.sum, version of the parts, or flag is another folder", async () => {
  const before = await goBinaries(build, group);
  const names = [
    before,
    await goBinaries(build, { ...group, version: "8" }),
    await goBinaries(build, { ...group, ldflags: "-s -w" }),
    await goBinaries(build, { ...group, env: { CGO_ENABLED: "0" } }),
  ].map(({ one }) => one);
  writeFileSync(join(folder, "modules", "tools", "go.sum"), "sum\n");
  names.push((await goBinaries(build, group))["one"]);
  expect(new Set(names).size).toBe(5);
  rmSync(join(folder, "modules", "tools", "go.sum"));
  expect(await goBinaries(build, group)).toEqual(before);
});
