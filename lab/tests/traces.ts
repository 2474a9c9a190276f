// What a lab has on the machine, noted while it runs, and what of it is left afterwards.
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { labTag } from "../machine/places.ts";
import { markedProcesses, processesAround } from "../node/lab-processes.ts";

/** Lists of the host that a lab could leave something in; those of other labs are left out. */
export interface HostLists {
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly namedNamespaces: readonly string[];
  readonly controlGroups: readonly string[];
}

export interface Left {
  /** "pid start-time" of everything in its namespaces, and of what holds them. */
  readonly processes: readonly string[];
  /** "net:[4026532000]" */
  readonly namespaces: readonly string[];
}

export interface Footprint extends Left {
  /** When it was noted, in ticks since the machine started. */
  readonly at: number;
}

/** USER_HZ, which is 100 on all of Linux's common architectures. */
const ticksPerSecond = 100;
const kinds = ["pid", "mnt", "net", "uts", "ipc"];

export async function hostLists(state: string): Promise<HostLists> {
  const others = /meshferry-lab-|mfl-/;
  const own = (name: string) => !others.test(name) || name.includes(labTag(state));
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
  const groups: string[] = [];
  for (const place of ["", ...(await readdir("/sys/fs/cgroup"))]) {
    const folder = join("/sys/fs/cgroup", place);
    for (const name of await readdir(folder).catch(() => []))
      if (await isFolder(join(folder, name))) groups.push(join(folder, name));
  }
  return {
    mounts: mounts.filter(own).sort(),
    links: (await readdir("/sys/class/net")).filter(own).sort(),
    namedNamespaces: (await readdir("/run/netns").catch(() => [])).map(String).sort(),
    controlGroups: groups.filter(own).sort(),
  };
}

export async function footprint(state: string): Promise<Footprint> {
  const marked = await markedProcesses(state);
  const host = new Set(await namespacesOf(process.pid));
  const around = (await Promise.all(marked.map(async ({ pid }) => processesAround(pid)))).flat();
  const hostPid = await readlink("/proc/self/ns/pid");
  const pids = new Set(marked.map(({ pid }) => pid));
  for (const { pid } of around)
    if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => hostPid)) !== hostPid) pids.add(pid);
  const processes: string[] = [];
  const namespaces = new Set<string>();
  for (const pid of pids) {
    const started = await startOf(pid);
    if (started !== null) processes.push(`${pid} ${started}`);
    for (const each of await namespacesOf(pid)) if (!host.has(each)) namespaces.add(each);
  }
  const uptime = Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
  return { processes: processes.sort(), namespaces: [...namespaces].sort(), at: Math.ceil(uptime * ticksPerSecond) };
}

/**
 * Of what was noted: the processes that live, and the namespaces that some process of that time still is in. The kernel
 * gives a namespace's number to the next one: a process that started later is in another.
 */
export async function leftOf({ processes, namespaces, at }: Footprint): Promise<Left> {
  const left: string[] = [];
  for (const each of processes) {
    const [pid = "", started = ""] = each.split(" ");
    if ((await startOf(Number(pid))) === started) left.push(each);
  }
  const inUse = new Set<string>();
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const started = await startOf(pid);
    if (started === null || Number(started) > at) continue;
    for (const each of await namespacesOf(pid)) inUse.add(each);
  }
  const pinned = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[3] ?? "");
  for (const each of pinned) inUse.add(each);
  return { processes: left, namespaces: namespaces.filter((each) => inUse.has(each)) };
}

export const nothing: Left = { processes: [], namespaces: [] };

async function namespacesOf(pid: number): Promise<string[]> {
  const all = await Promise.all(kinds.map(async (kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => "")));
  return all.filter((each) => each !== "");
}

/** In ticks since the machine started; null when the process has ended, also when its parent has not noticed. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return text === "" || fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
