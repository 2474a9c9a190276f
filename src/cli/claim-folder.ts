// Whether a folder may be written to: absent, empty, or marked as ours with the list of our files. Changes nothing.
import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from "node:fs";
import { join } from "node:path";
import { sortedUnique } from "../core/order.ts";
import { UserError } from "./user-error.ts";

export const marker = ".meshferry";
const markerVersion = "meshferry/folder.v1";

export interface Claim {
  /** The folder, with symbolic links on the way to it resolved. */
  readonly path: string;
  readonly state: "absent" | "empty" | "ours";
  /** Our files in it, as relative paths. */
  readonly ours: ReadonlySet<string>;
}

const chooseAnother = "Name a folder that does not exist yet, or one that meshferry has written.";

/** The claim on a folder into which files are to be written; throws a UserError where it must not be touched. */
export function claimFolder(folder: string, files: readonly string[]): Claim {
  const stat = lstatOrNull(folder);
  if (stat === null) return { path: folder, state: "absent", ours: new Set() };
  const path = orNull(() => realpathSync(folder));
  const entries = path === null ? null : orNull(() => readdirSync(path));
  if (path === null || entries === null) throw refused(folder, "It is not a folder that can be read.");
  if (entries.length === 0) return { path, state: "empty", ours: new Set() };
  const ours = entries.includes(marker) ? listedFiles(join(path, marker)) : null;
  if (ours === null) throw refused(folder, `It is not empty and holds no ${marker} that lists what meshferry wrote.`);
  for (const parent of parentFolders([...files, ...ours])) demandPlainFolder(folder, path, parent, ours);
  for (const file of files) {
    const there = lstatOrNull(join(path, file));
    if (there === null || (ours.has(file) && !there.isDirectory())) continue;
    throw refused(folder, `It holds ${file}, which meshferry did not write.`);
  }
  return { path, state: "ours", ours };
}

/** Every folder on the way to the files, parents first. */
export function parentFolders(files: Iterable<string>): string[] {
  const parents = new Set<string>();
  for (const file of files) {
    const parts = file.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) parents.add(parts.slice(0, depth).join("/"));
  }
  return sortedUnique(parents);
}

/** The marker's text for a list of files. */
export function markerText(files: Iterable<string>): string {
  return `${JSON.stringify({ apiVersion: markerVersion, files: sortedUnique(files) }, null, 2)}\n`;
}

/** A symbolic link inside could lead anywhere: it is never followed. */
function demandPlainFolder(folder: string, path: string, parent: string, ours: ReadonlySet<string>): void {
  const stat = lstatOrNull(join(path, parent));
  if (stat === null || stat.isDirectory()) return;
  // A file of ours of an older layout gives way to the folder.
  if (stat.isFile() && ours.has(parent)) return;
  throw refused(folder, `${parent} in it is ${stat.isSymbolicLink() ? "a symbolic link" : "no folder"}.`);
}

function listedFiles(file: string): ReadonlySet<string> | null {
  const stat = lstatOrNull(file);
  if (stat?.isFile() !== true) return null;
  const value = orNull<unknown>(() => JSON.parse(readFileSync(file, "utf8")));
  if (typeof value !== "object" || value === null || !("files" in value) || !("apiVersion" in value)) return null;
  const { files, apiVersion } = value;
  if (apiVersion !== markerVersion || !Array.isArray(files) || !files.every(isSafePath)) return null;
  return new Set(files);
}

/** A path that stays inside, and is none of ours to write by another name. */
function isSafePath(path: unknown): path is string {
  if (typeof path !== "string" || path === marker || path.includes("\0")) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\\"));
}

function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function refused(folder: string, why: string): UserError {
  return new UserError({ what: "the folder is not meshferry's to write", where: folder, why, todo: chooseAnother });
}
