// Finds the lab's processes in /proc: the first ones of its namespaces by an argument that only they have, the others by
// the namespaces that they are in. Names of programs are never searched for.
import { readdir, readFile, readlink } from "node:fs/promises";
import process from "node:process";
import { until } from "../machine/until.ts";

export interface LabProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

/** The argument that marks the first processes of a lab's namespaces, and the commands that make them. */
export function labMark(state: string): string {
  return `--lab-state=${state}`;
}

export async function markedProcesses(state: string): Promise<LabProcess[]> {
  const mark = labMark(state);
  return (await allProcesses()).filter(({ pid, args }) => pid !== process.pid && args.includes(mark));
}

/**
 * What runs in the process-id namespace of a process, itself included. While the kernel puts a program in another's place,
 * which takes long for a large one on a busy machine, the process shows no arguments.
 */
export async function processesAround(pid: number): Promise<LabProcess[]> {
  const namespace = await pidNamespace(pid);
  if (namespace === null) return [];
  const all = await allProcesses();
  const around = await Promise.all(
    all.map(
      async ({ pid: each, args }) => (await pidNamespace(each)) === namespace && (args.length > 0 || isLiving(each)),
    ),
  );
  return all.filter((_, index) => around[index]);
}

/** Ends the lab's first processes, and with them, by the kernel, all that runs in their namespaces. */
export async function endMarkedProcesses(state: string): Promise<number> {
  const found = await markedProcesses(state);
  const around = (await Promise.all(found.map(({ pid }) => processesAround(pid)))).flat();
  const own = await pidNamespace(process.pid);
  const inside: number[] = [];
  for (const { pid } of around) {
    const namespace = await pidNamespace(pid);
    if (namespace !== null && namespace !== own) inside.push(pid);
  }
  for (const { pid } of found) kill(pid);
  const ours = new Set([...found.map(({ pid }) => pid), ...inside]);
  await until("the lab's processes have ended", async () => ((await living(ours)).length === 0 ? true : null), {
    timeoutMs: 90_000,
    state: async () => `still there: ${(await living(ours)).join(", ")}`,
  });
  return found.length;
}

async function living(pids: ReadonlySet<number>): Promise<number[]> {
  const states = await Promise.all([...pids].map(async (pid) => [pid, await isLiving(pid)] as const));
  return states.filter(([, lives]) => lives).map(([pid]) => pid);
}

/** A zombie has ended; its parent has not looked yet. */
async function isLiving(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}

async function allProcesses(): Promise<LabProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        return [{ pid, args: (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1) }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

async function pidNamespace(pid: number): Promise<string | null> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => null);
}
