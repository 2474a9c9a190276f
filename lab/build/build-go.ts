// Compiles Go commands into the cache: one folder per binary, built once, and there only when it is whole.
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { runCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";
import { cacheKey } from "./cache-key.ts";
import { exists } from "./exists.ts";
import type { GoGroup } from "./go-parts.ts";

export interface GoBuild {
  readonly cache: string;
  /** The folder that holds the groups' modules. */
  readonly modules: string;
  readonly say: Say;
  /** The Go command. */
  readonly go: string;
}

/** Where each binary of the group is, or will be. */
export async function goBinaries(build: GoBuild, group: GoGroup): Promise<Readonly<Record<string, string>>> {
  const folder = join(build.modules, group.module);
  const files = (await readdir(folder)).filter((name) => /^go\.(mod|sum)$|\.go$/.test(name)).sort();
  const parts = await Promise.all(files.map(async (name) => readFile(join(folder, name))));
  const go = (await runCommand(build.go, ["env", "GOVERSION"], { todo: "install Go 1.25 or later" })).trim();
  const flags = [go, group.ldflags, JSON.stringify(group.env)];
  return Object.fromEntries(
    Object.keys(group.commands).map((name) => [
      name,
      join(build.cache, "bin", cacheKey(name, group.version, [...files, ...parts, ...flags]), name),
    ]),
  );
}

/** Builds what the cache lacks of a group, in one `go build`, and gives every binary's path. */
export async function buildGo(build: GoBuild, group: GoGroup): Promise<Readonly<Record<string, string>>> {
  const binaries = await goBinaries(build, group);
  const missing: string[] = [];
  for (const [name, path] of Object.entries(binaries)) if (!(await exists(path))) missing.push(name);
  if (missing.length === 0) {
    build.say(`lab: ${group.module} ${group.version}: in the cache`);
    return binaries;
  }
  const bin = join(build.cache, "bin");
  await mkdir(bin, { recursive: true });
  build.say(`lab: ${group.module} ${group.version}: compiling ${missing.join(", ")}`);
  await timed(build.say, `${group.module} ${group.version}`, async () => {
    const folder = await mkdtemp(join(bin, `.new-${group.module}-`));
    const packages = missing.map((name) => group.commands[name] ?? ".");
    // Go's own cache keeps the compiled packages of an interrupted build: the next one takes up where it ended.
    await runCommand(
      build.go,
      ["build", "-buildvcs=false", "-ldflags", group.ldflags, "-o", `${folder}/`, ...packages],
      {
        cwd: join(build.modules, group.module),
        env: { ...process.env, ...group.env },
        todo: "check that the Go module proxy answers and the disk is not full, then run it again: it goes on where it ended",
      },
    );
    for (const name of missing) {
      const target = join(binaries[name] ?? "", "..");
      const whole = await mkdtemp(join(bin, `.new-${group.module}-`));
      await rename(join(folder, name), join(whole, name));
      await rm(target, { recursive: true, force: true });
      await rename(whole, target);
    }
    await rm(folder, { recursive: true, force: true });
  });
  return binaries;
}
