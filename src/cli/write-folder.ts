// Writes a folder as a whole: a temporary folder beside it first, then file by file into place. Touches only what is listed as ours.
import { mkdir, mkdtemp, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { claimFolder, marker, markerText, parentFolders } from "./claim-folder.ts";
import { UserError } from "./user-error.ts";

/**
 * Writes `files` (by relative path) into `folder`. A folder with files of others and without our marker is refused; stale
 * files of ours go, files of others beside ours stay. Throws a UserError; before anything was moved, nothing is changed.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const claim = await claimFolder(folder, [...files.keys()]);
  const temporary = await inFolder(folder, async () => {
    await mkdir(dirname(claim.path), { recursive: true });
    return mkdtemp(join(dirname(claim.path), `.${basename(claim.path)}.meshferry-`));
  });
  // mkdtemp gives nobody else a look; the folder inside has the permissions that the user's umask gives.
  const fresh = join(temporary, "plan");
  try {
    await inFolder(folder, async () => {
      await mkdir(fresh);
      await fill(fresh, files);
      if (claim.state === "ours") await moveOver(fresh, claim.path, files, claim.ours);
      else await rename(fresh, claim.path);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fill(temporary: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const parent of parentFolders(files.keys())) await mkdir(join(temporary, parent), { recursive: true });
  for (const [path, text] of files) await writeFile(join(temporary, path), text, { flag: "wx" });
  await writeFile(join(temporary, marker), markerText(files.keys()), { flag: "wx" });
}

/** The marker lists old and new files while they are moved, so that a run that was cut off leaves a folder that is still ours. */
async function moveOver(temporary: string, folder: string, files: ReadonlyMap<string, string>, ours: ReadonlySet<string>): Promise<void> {
  const final = join(temporary, marker);
  const during = `${final}.both`;
  await writeFile(during, markerText([...files.keys(), ...ours]));
  await rename(during, join(folder, marker));
  const stale = [...ours].filter((path) => !files.has(path));
  for (const path of stale) await unlink(join(folder, path)).catch(ignoreGone);
  for (const parent of parentFolders(stale).reverse()) await rmdir(join(folder, parent)).catch(() => undefined);
  for (const parent of parentFolders(files.keys())) await mkdir(join(folder, parent), { recursive: true });
  for (const path of files.keys()) await rename(join(temporary, path), join(folder, path));
  await rename(final, join(folder, marker));
}

/** Gone already, or replaced by a folder that is not ours. */
function ignoreGone(error: NodeJS.ErrnoException): void {
  if (!["ENOENT", "ENOTDIR", "EISDIR", "EPERM"].includes(error.code ?? "")) throw error;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left",
  EDQUOT: "the quota is used up",
  ENOTDIR: "a part of the path is not a folder",
  ENAMETOOLONG: "the path is too long",
  EEXIST: "something stands in its place",
  EISDIR: "a folder stands in its place",
  ENOTEMPTY: "a folder stands in its place",
};

/** Trouble with the file system is the user's to solve, not a bug. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    const why = reasons[code] ?? code;
    throw new UserError({ what: "the plan folder cannot be written", where: folder, why, todo: "Name another folder with --out." });
  }
}
