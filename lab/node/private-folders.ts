// Gives a node its own /run, /var/lib and /var/log: what container runtimes keep at fixed places of a machine.
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { inside, type Namespaces } from "./namespaces.ts";

const covered = ["/run", "/var/lib", "/var/log"];

/** Empty ones, but for the folders that have to stay in sight. Seen by the node only, gone with it. */
export async function coverFolders(node: Namespaces, folder: string, kept: readonly string[]): Promise<void> {
  const cover = join(folder, "cover");
  await mkdir(cover, { recursive: true });
  const script = ["set -eu", ...covered.flatMap((path) => coverLines(path, cover, kept))].join("\n");
  await inside(node, ["sh", "-s"], { input: script });
}

export function coverLines(path: string, cover: string, kept: readonly string[]): string[] {
  const inIt = kept.filter((each) => each.startsWith(`${path}/`));
  const binds = inIt.flatMap((each) => {
    const target = quote(join(cover, each.slice(path.length)));
    return [`mkdir -p ${target}`, `mount -n --bind ${quote(each)} ${target}`];
  });
  return [
    `mount -n -t tmpfs -o mode=755 meshferry-lab ${quote(cover)}`,
    ...binds,
    `mount -n --move ${quote(cover)} ${quote(path)}`,
  ];
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
