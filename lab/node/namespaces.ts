// Namespaces of their own for a node or the fabric, held by one process: when that ends, everything in them ends.
import { spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { basename, join } from "node:path";
import process from "node:process";
import { type CommandOptions, runCommand } from "../machine/run-command.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { until } from "../machine/until.ts";
import { labMark, markedProcesses, processesAround } from "./lab-processes.ts";

export interface Namespaces {
  readonly name: string;
  /** The first process, as the host numbers it. */
  readonly pid: number;
  /** Where what runs inside writes its output: NAME.log each. */
  readonly logs: string;
}

/** All that goes into programs of the lab: neither proxies nor kubeconfigs of whoever started it. */
export const cleanEnvironment: NodeJS.ProcessEnv = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
};

export interface NamespaceOptions {
  readonly state: string;
  readonly nodeInit: string;
  readonly logs: string;
  readonly signal: AbortSignal;
}

export async function startNamespaces(name: string, options: NamespaceOptions): Promise<Namespaces> {
  const { state, nodeInit, logs, signal } = options;
  signal.throwIfAborted();
  await mkdir(logs, { recursive: true });
  const flags = ["--pid", "--mount", "--net", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child"];
  const starter = spawn("unshare", [...flags, nodeInit, labMark(state), name], {
    stdio: "ignore",
    detached: true,
    env: cleanEnvironment,
    cwd: "/",
  });
  let failed = "";
  starter.on("error", (error) => (failed = error.message));
  starter.on("exit", (status, by) => (failed = `unshare ended (${status ?? by})`));
  starter.unref();
  // Its arguments are those of unshare until the namespaces are made and the program is in its place.
  const find = async () => {
    if (failed !== "")
      throw new LabTrouble(`no namespaces for ${name}`, failed, "the lab needs root on a real machine");
    const first = (await markedProcesses(state)).find(({ args }) => args[0] === nodeInit && args[2] === name);
    return first ?? null;
  };
  const { pid } = await until(`namespaces of ${name}`, find, { timeoutMs: 30_000, everyMs: 10, signal });
  const namespaces = { name, pid, logs };
  await inside(namespaces, ["sh", "-euc", 'echo "$1" >/proc/sys/kernel/hostname; ip link set lo up', "sh", name]);
  return namespaces;
}

const enter = (pid: number) => ["--target", String(pid), "--pid", "--mount", "--net", "--uts", "--ipc", "--"];

/** Runs a command inside to its end. */
export async function inside(
  { pid }: Namespaces,
  command: readonly string[],
  options: CommandOptions & { readonly todo?: string } = {},
): Promise<string> {
  return runCommand("nsenter", [...enter(pid), ...command], {
    timeoutMs: 60_000,
    ...options,
    env: { ...cleanEnvironment, ...options.env },
  });
}

/** Starts a program inside that stays; its output goes to a log. */
export async function launch(
  { pid, logs }: Namespaces,
  command: readonly [program: string, ...args: string[]],
  options: { readonly log?: string; readonly env?: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  const log = await open(join(logs, `${options.log ?? basename(command[0])}.log`), "a");
  try {
    // setsid gives it to the first process inside and ends: nothing of it stays outside.
    const starter = spawn("nsenter", [...enter(pid), "setsid", "--fork", ...command], {
      stdio: ["ignore", log.fd, log.fd],
      env: { ...cleanEnvironment, ...options.env },
      cwd: "/",
    });
    const status = await new Promise<number | string>((resolve) => {
      starter.on("error", (error) => resolve(error.message));
      starter.on("close", (code, by) => resolve(code ?? String(by)));
    });
    if (status !== 0)
      throw new LabTrouble(`${command[0]} was not started`, `nsenter: ${status}`, `read the logs in ${logs}`);
  } finally {
    await log.close();
  }
}

/**
 * Whether the program runs inside; it shows when a wait for it is in vain. What is about to become the program has it
 * among its arguments, or, while the kernel puts it in place, none: whatever has none may be it.
 */
export async function runsInside({ pid }: Pick<Namespaces, "pid">, program: string): Promise<boolean> {
  return (await processesAround(pid)).some(({ args }) => args.length === 0 || args.includes(program));
}

/** Ends a program inside that was launched, and waits until it has. */
export async function endInside(namespaces: Namespaces, program: string, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  for (const { pid, args } of await processesAround(namespaces.pid)) if (args[0] === program) process.kill(pid, signal);
  await until(`${program} has ended`, async () => ((await runsInside(namespaces, program)) ? null : true), {
    timeoutMs: 30_000,
  });
}
