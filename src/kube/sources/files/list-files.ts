// Which files are read, in one order, whatever the order of the arguments and of the disk. Opens nothing; a named pipe or a
// device is never touched, and a link that leads back upwards is followed once.
import { lstatSync, readdirSync, statSync, type Dirent, type Stats } from "node:fs";
import path from "node:path";
import type { Finding } from "../../../core/finding.ts";
import { compareText, sortedBy, sortedUnique } from "../../../core/order.ts";
import {
  archiveNotRead,
  fileNameUnsafe,
  fileUnreadable,
  notRegularFile,
  pathMissing,
  symlinkBroken,
} from "../../../findings/codes/inputs.ts";
import { hasUnsafeCharacters, shownText } from "./shown-text.ts";

export interface ListedFile {
  /** As the user would type it: the argument joined with the way below it, with slashes. Only for messages. */
  readonly shown: string;
  readonly absolute: string;
}

export interface FileListing {
  /** In the order of `shown`; one real file may be there under several names. */
  readonly files: readonly ListedFile[];
  /** How many files in folders were passed over for their extension. */
  readonly ignored: number;
  readonly findings: readonly Finding[];
}

interface Walk {
  readonly files: ListedFile[];
  readonly findings: Finding[];
  readonly seenFolders: Set<string>;
  ignored: number;
}

const manifest = /\.(?:ya?ml|json)(?:\.gz)?$/i;
const archive = /\.(?:tar|tgz|tar\.[a-z0-9]+|zip)$/i;

/** The manifests below `paths` (files or folders, relative ones against `cwd`). */
export function listFiles(paths: readonly string[], cwd: string): FileListing {
  const walk: Walk = { files: [], findings: [], seenFolders: new Set(), ignored: 0 };
  for (const argument of sortedUnique(paths.map(normalized))) {
    visit(walk, argument, path.resolve(cwd, argument), "named");
  }
  return { files: sortedBy(walk.files, (file) => file.shown), ignored: walk.ignored, findings: walk.findings };
}

function normalized(argument: string): string {
  return path.posix.normalize(argument.split(path.sep).join("/"));
}

function visit(walk: Walk, shown: string, absolute: string, how: "named" | "found"): void {
  const stats = statsOf(walk, shown, absolute, how);
  if (stats === null) return;
  if (!stats.isFile() && !stats.isDirectory()) {
    walk.findings.push(notRegularFile.at([{ file: shown, line: 0 }], { what: whatItIs(stats) }));
    return;
  }
  if (stats.isFile() && how === "named" && archive.test(shown)) {
    walk.findings.push(archiveNotRead.at([{ file: shown, line: 0 }], {}));
    return;
  }
  if (stats.isFile() && how === "found" && !manifest.test(shown)) {
    walk.ignored += 1;
    return;
  }
  if (stats.isFile()) {
    walk.files.push({ shown, absolute });
    return;
  }
  const identity = `${stats.dev}:${stats.ino}`;
  if (walk.seenFolders.has(identity)) return;
  walk.seenFolders.add(identity);
  visitFolder(walk, shown, absolute);
}

function visitFolder(walk: Walk, shown: string, absolute: string): void {
  for (const entry of entriesOf(walk, shown, absolute)) {
    // Git's own store is never a manifest.
    if (entry.name === ".git") continue;
    if (entry.isFile() && !manifest.test(entry.name)) {
      walk.ignored += 1;
      continue;
    }
    if (hasUnsafeCharacters(entry.name)) {
      walk.findings.push(fileNameUnsafe.at([{ file: shown, line: 0 }], { name: `"${shownText(entry.name)}"` }));
      continue;
    }
    const below = shown === "." ? entry.name : `${shown.replace(/\/$/, "")}/${entry.name}`;
    // A plain file is looked at when it is opened: with tens of thousands of files every call counts.
    if (entry.isFile()) walk.files.push({ shown: below, absolute: `${absolute}${path.sep}${entry.name}` });
    else visit(walk, below, path.join(absolute, entry.name), "found");
  }
}

function entriesOf(walk: Walk, shown: string, absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true }).sort((left, right) => compareText(left.name, right.name));
  } catch (error) {
    walk.findings.push(fileUnreadable.at([{ file: shown, line: 0 }], { reason: errorReason(error) }));
    return [];
  }
}

function statsOf(walk: Walk, shown: string, absolute: string, how: "named" | "found"): Stats | null {
  try {
    return statSync(absolute);
  } catch (error) {
    const place = [{ file: shown, line: 0 }];
    if (isSymlink(absolute)) walk.findings.push(symlinkBroken.at(place, {}));
    else if (how === "named" && ["ENOENT", "ENOTDIR"].includes(errorCode(error))) {
      walk.findings.push(pathMissing.at(place, {}));
    } else walk.findings.push(fileUnreadable.at(place, { reason: errorReason(error) }));
    return null;
  }
}

function isSymlink(absolute: string): boolean {
  try {
    return lstatSync(absolute).isSymbolicLink();
  } catch {
    return false;
  }
}

function whatItIs(stats: Stats): string {
  if (stats.isFIFO()) return "a pipe (FIFO)";
  return stats.isSocket() ? "a socket" : "a device";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EIO: "input/output error",
  ENOENT: "it vanished, or its name is not UTF-8",
  ENAMETOOLONG: "its path is too long",
};

/** Why the file system refused, in words and with its code; never a path. */
export function errorReason(error: unknown): string {
  const code = errorCode(error);
  const words = reasons[code];
  return words === undefined ? code : `${words} (${code})`;
}

/** The code of an error of Node's ("EACCES"), or "unknown error". */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "unknown error";
}
