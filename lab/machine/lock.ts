// One at a time: a lock of the kernel's, which goes with the process that holds it, however that ends.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { LabTrouble } from "./trouble.ts";

/** Runs `work` while holding the lock on `file`; `onWait` is told when somebody else holds it. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = (await tryToHold(file, ["-n"])) ?? (onWait(), await tryToHold(file, []));
  if (holder === null)
    throw new LabTrouble(`no lock on ${file}`, "flock failed", "check that the folder can be written to");
  try {
    return await work();
  } finally {
    const gone = new Promise((resolve) => holder.once("close", resolve));
    holder.stdin?.end();
    await gone;
  }
}

/** flock runs `cat`, which ends when our end of the pipe is closed: by us, or by the kernel when we are killed. */
async function tryToHold(file: string, flags: readonly string[]): Promise<ChildProcess | null> {
  const holder = spawn("flock", [...flags, file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  return new Promise((resolve) => {
    holder.stdout.once("data", () => resolve(holder));
    holder.once("error", () => resolve(null));
    holder.once("close", () => resolve(null));
  });
}
