// Every meshferry command that README.md and docs/ show runs as it is written, in a folder that holds what it names.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playCluster, writeKubeconfig } from "../live/play-cluster.ts";
import { readEastWest } from "../support/example.ts";
import { exampleFolder, project, run } from "./run-meshferry.ts";

/** The command lines of a page, in its order; `> FILE` at the end of one is kept. */
function commandsOf(page: string): string[] {
  return [...readFileSync(join(project, page), "utf8").matchAll(/^```[a-z]*\n([\s\S]*?)^```$/gmu)]
    .flatMap((block) => (block[1] ?? "").split("\n"))
    .map((line) => line.trim().replace(/^npx /u, ""))
    .filter((line) => line.startsWith("meshferry "));
}

const pages = [
  "README.md",
  ...readdirSync(join(project, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const documented = pages
  .map((page) => ({ page, commands: commandsOf(page) }))
  .filter(({ commands }) => commands.length > 0);

test("the pages show commands", () => {
  expect(documented.flatMap(({ commands }) => commands).length).toBeGreaterThan(5);
});

/** The configuration that a page shows in full: its commands name it as scaffold.yaml. */
function shownScaffold(page: string): string | undefined {
  const text = readFileSync(join(project, page), "utf8");
  return /^```yaml\n(apiVersion: meshferry\/scaffold[\s\S]*?)^```$/mu.exec(text)?.[1];
}

/** The example as two live clusters: an environment that finds them. */
async function liveExample(folder: string): Promise<Readonly<Record<string, string>>> {
  const servers: Record<string, string> = {};
  for (const input of await readEastWest()) servers[input.id] = (await playCluster(input)).url;
  writeKubeconfig(folder, "kubeconfig", servers);
  for (const [name, url] of Object.entries(servers)) writeKubeconfig(folder, `${name}.kubeconfig`, { admin: url });
  return {
    KUBECONFIG: join(folder, "kubeconfig"),
    EAST_AUTH_PATH: "east.kubeconfig",
    WEST_AUTH_PATH: "west.kubeconfig",
  };
}

test.each(documented)("the commands of $page", async ({ page, commands }) => {
  const scaffold = shownScaffold(page);
  const folder = exampleFolder(scaffold === undefined ? {} : { "scaffold.yaml": scaffold });
  mkdirSync(join(folder, "examples"));
  cpSync(join(project, "examples/east-west"), join(folder, "examples/east-west"), { recursive: true });
  cpSync(join(folder, "east", "mesh.yaml"), join(folder, "east.yaml"));
  const env = commands.some((command) => command.includes("context:")) ? await liveExample(folder) : {};
  for (const command of commands) {
    const [line = "", target] = command.split(" > ");
    const words = line.split(/\s+/u).map((word) => word.replace(/\$([A-Z_]+)/u, (_, name: string) => env[name] ?? ""));
    const ran = await run(folder, words.slice(1), { env });
    expect([ran.code, ran.stderr], command).toEqual([0, expect.not.stringContaining("error:")]);
    expect(`${ran.stdout}${ran.stderr}`.length, command).toBeGreaterThan(20);
    if (target) writeFileSync(join(folder, target), ran.stdout);
  }
});
