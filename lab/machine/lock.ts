// One at a time: a lock of the kernel's, which goes with the process that holds it, however that ends.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, readdir, readlink, rm } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { LabTrouble } from "./trouble.ts";

/** Runs `work` while holding the lock on `file`; `onWait` is told when somebody else holds it. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const holder = await hold(file, onWait);
  try {
    return await work();
  } finally {
    await letGo(holder);
  }
}

/** The same, and the file goes with the lock. Only for files that nobody locks in another way. */
export async function withPassingLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const holder = await hold(file, onWait);
    // Whoever held it before has taken the file away: this is a lock that nobody else sees.
    if (!(await holdsWhatIsThere(holder, file))) {
      await letGo(holder);
      continue;
    }
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
      await letGo(holder);
    }
  }
}

async function hold(file: string, onWait: () => void): Promise<ChildProcess> {
  await mkdir(dirname(file), { recursive: true });
  const holder = (await tryToHold(file, ["-n"])) ?? (onWait(), await tryToHold(file, []));
  if (holder !== null) return holder;
  throw new LabTrouble(`no lock on ${file}`, "flock failed", "check that the folder can be written to");
}

async function letGo(holder: ChildProcess): Promise<void> {
  const gone = new Promise((ended) => holder.once("close", ended));
  holder.stdin?.end();
  await gone;
}

/** The kernel says "(deleted)" of an open file that its folder no longer has. */
async function holdsWhatIsThere({ pid }: ChildProcess, file: string): Promise<boolean> {
  const folder = `/proc/${String(pid)}/fd`;
  const open = await Promise.all(
    (await readdir(folder)).map(async (each) => readlink(join(folder, each)).catch(() => "")),
  );
  return open.includes(normalize(file));
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
