// Files that only their owner may read, written so that nothing is overwritten unasked, and all of them or none.
import {
  chmodSync,
  closeSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join, sep } from "node:path";

/** Those of `paths` below `folder` where something stands already, whatever it is. */
export function existingPaths(folder: string, paths: readonly string[]): string[] {
  return paths.filter((path) => lstatOrNull(join(folder, path)) !== null);
}

/** Folders on the way to `paths` that are no folders: a symbolic link could carry keys to another place. */
export function oddFolders(folder: string, paths: readonly string[]): string[] {
  const parents = [...new Set(paths.map((path) => dirname(path)))].filter((parent) => parent !== ".");
  return parents.filter((parent) => lstatOrNull(join(folder, parent))?.isDirectory() === false);
}

/**
 * Writes `files` (texts by relative path) with mode 0600, in folders of mode 0700 where they are new. Without `force`, fails
 * with EEXIST rather than touch what is there. What was written is taken back if anything fails.
 */
export function writePrivately(folder: string, files: ReadonlyMap<string, string>, force: boolean): void {
  const made: (() => void)[] = [];
  try {
    for (const path of new Set([...files.keys()].map((each) => dirname(join(folder, each))))) {
      for (const created of createdFolders(path)) made.push(() => rmdirSync(created));
    }
    const moves: (readonly [string, string])[] = [];
    for (const [path, text] of files) {
      const final = join(folder, path);
      const place = force ? join(dirname(final), `.${randomBytes(6).toString("hex")}.new`) : final;
      writeNew(place, text, made);
      if (force) moves.push([place, final]);
    }
    for (const [from, to] of moves) renameSync(from, to);
  } catch (error) {
    for (const undo of made.reverse()) tolerating(undo);
    throw error;
  }
}

function writeNew(path: string, text: string, made: (() => void)[]): void {
  // "wx" never follows a link and never opens what is there.
  const descriptor = openSync(path, "wx", 0o600);
  made.push(() => unlinkSync(path));
  try {
    fchmodSync(descriptor, 0o600);
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a folder with those above it; returns what is new, parents first. */
function createdFolders(path: string): string[] {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return [];
  const created = [first];
  const rest = path
    .slice(first.length)
    .split(sep)
    .filter((part) => part !== "");
  for (const part of rest) created.push(join(created.at(-1) ?? first, part));
  for (const each of created) chmodSync(each, 0o700);
  return created;
}

function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

/** Taking back is best effort: what failed first is what is reported. */
function tolerating(work: () => void): void {
  try {
    work();
  } catch {
    // What cannot be removed stays, readable by its owner alone.
  }
}
