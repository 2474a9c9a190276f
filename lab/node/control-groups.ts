// The control groups of a lab's pods: below one folder of its own in each hierarchy, removed with the lab.
import { copyFile, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { labTag } from "../machine/places.ts";
import { until } from "../machine/until.ts";

const root = "/sys/fs/cgroup";

/** As the kubelet's cgroupRoot names it. */
export function groupsOf(state: string): string {
  return `/meshferry-lab-${labTag(state)}`;
}

/** Makes a node's group in each hierarchy; the kubelet makes its own below, and none at the top. */
export async function makeGroups(state: string, node: string): Promise<void> {
  for (const place of ["", ...(await folders(root))]) {
    const hierarchy = join(root, place);
    // Of version 1 each controller's folder is one; of version 2 the root is, and its folders are groups.
    if (!(await readdir(hierarchy)).includes("cgroup.procs") || (place !== "" && (await isGroup(root)))) continue;
    let group = hierarchy;
    for (const name of [groupsOf(state).slice(1), node]) {
      const parent = group;
      group = join(parent, name);
      await mkdir(group, { recursive: true });
      // Version 1: a group with no processors and no memory takes no process.
      for (const file of ["cpuset.cpus", "cpuset.mems"])
        if ((await readdir(group)).includes(file)) await copyFile(join(parent, file), join(group, file));
      // Version 2: a group hands down those controllers that it names.
      const controllers = await readFile(join(parent, "cgroup.controllers"), "utf8").catch(() => "");
      const handed = controllers
        .trim()
        .split(" ")
        .filter((each) => each !== "");
      if (handed.length > 0)
        await writeFile(join(parent, "cgroup.subtree_control"), handed.map((each) => `+${each}`).join(" "));
    }
  }
}

const isGroup = async (folder: string) => (await readdir(folder)).includes("cgroup.procs");

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
    timeoutMs: 60_000,
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
