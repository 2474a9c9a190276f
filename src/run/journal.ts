// The journal of a plan folder: a line of JSON for each kept event, on disk before what it announces is done.
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { fdatasync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { journalUnwritable } from "../findings/codes/run.ts";
import type { RunEvent } from "./run-event.ts";
import { RunTrouble } from "./run-trouble.ts";

export const journalFolder = "journal";
const eventsFile = "events.jsonl";

export function journalPath(planFolder: string): string {
  return join(planFolder, journalFolder, eventsFile);
}

/** A journal that cannot be read: damaged in its middle, or of another version. */
export class JournalDamaged extends Error {}

/** The events of a plan folder; none where no run has begun. A last line that was cut off is left out: it announced nothing. */
export function readJournal(planFolder: string): RunEvent[] {
  const file = journalPath(planFolder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  // What stands behind the last line break is torn, or nothing.
  lines.pop();
  return lines.map((line, index) => {
    try {
      const event = JSON.parse(line) as RunEvent;
      if (event.v === 1 && typeof event.seq === "number") return event;
    } catch {
      // Said below.
    }
    throw new JournalDamaged(`${file}:${index + 1}`);
  });
}

/** Where kept events go. `append` returns when they are on disk. */
export interface JournalWriter {
  append(event: RunEvent): Promise<void>;
  close(): void;
}

/** Opens the journal for more events; a torn last line is cut off. Throws a RunTrouble where it cannot be written. */
export function openJournal(planFolder: string): JournalWriter {
  const file = journalPath(planFolder);
  try {
    makeFolder(planFolder, journalFolder);
    cutTornLine(file);
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
    syncFolder(dirname(file));
    syncFolder(planFolder);
    return new GroupedWriter(file, descriptor);
  } catch (error) {
    throw unwritable(file, error);
  }
}

const datasync = promisify(fdatasync);

/** Events that come while the disk is busy go to it together: a sync for each of eight steps side by side would be waited for in turn. */
class GroupedWriter implements JournalWriter {
  readonly #file: string;
  readonly #descriptor: number;
  #waiting: { readonly line: string; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #writing = false;
  #broken: unknown = null;

  constructor(file: string, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
  }

  async append(event: RunEvent): Promise<void> {
    const line = `${JSON.stringify(event)}\n`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        // After a line that may be torn no other may follow: the rest would be read as its end.
        if (this.#broken !== null) throw this.#broken;
        writeWhole(this.#descriptor, group.map(({ line }) => line).join(""));
        await datasync(this.#descriptor);
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.#broken = error;
        for (const { reject } of group) reject(unwritable(this.#file, error));
      }
    }
    this.#writing = false;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function cutTornLine(file: string): void {
  if (!existsSync(file) || !statSync(file).isFile()) return;
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
}

/** Below a folder that is there. `recursive` would say ENOENT where the file system is read-only (seen on Node 20.20, Linux). */
export function makeFolder(within: string, ...names: readonly string[]): void {
  let folder = within;
  for (const name of names) {
    folder = join(folder, name);
    if (!existsSync(folder)) mkdirSync(folder);
  }
}

/** A new name is on disk when its folder is. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EIO: "the disk reports an error",
};

/** Trouble with a file of the journal, in words. */
export function unwritable(file: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "") return error;
  return new RunTrouble(journalUnwritable.at([], { file, why: reasons[code] ?? code }));
}
