// The control groups of a lab's pods: below one folder of its own in each hierarchy, removed with the lab.
import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { labTag } from "../machine/places.ts";
import { until } from "../machine/until.ts";

const root = "/sys/fs/cgroup";

/** As the kubelet's cgroupRoot names it. */
export function groupsOf(state: string): string {
  return `/meshferry-lab-${labTag(state)}`;
}

/** In version 1 each controller has its hierarchy, in version 2 there is one. */
export async function groupFolders(state: string): Promise<string[]> {
  const name = groupsOf(state).slice(1);
  const places = ["", ...(await folders(root))];
  const found = await Promise.all(
    places.map(async (place) => ((await folders(join(root, place))).includes(name) ? [join(root, place, name)] : [])),
  );
  return found.flat();
}

/** A group can be removed when its processes are gone for the kernel, too, which takes a moment. */
export async function removeGroups(state: string): Promise<void> {
  const left = async () => {
    for (const folder of await groupFolders(state)) await removeTree(folder);
    return (await groupFolders(state)).length === 0 ? true : null;
  };
  await until("the lab's control groups are removed", left, {
    timeoutMs: 20_000,
    state: async () => `left: ${(await groupFolders(state)).join(", ")}`,
  });
}

async function removeTree(folder: string): Promise<void> {
  for (const name of await folders(folder)) await removeTree(join(folder, name));
  await rmdir(folder).catch(() => {});
}

async function folders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
