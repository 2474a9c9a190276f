// Writes a folder as a whole: a temporary folder beside it first, then file by file into place. Touches only what is listed as ours.
// Calls are synchronous: nothing else waits for a turn, and tens of thousands of small files take a third of the time.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileText } from "../present/folder/file-text.ts";
import { type Claim, claimFolder, marker, markerText, parentFolders } from "./claim-folder.ts";
import { withFiles } from "./file-trouble.ts";

/**
 * Writes `files` (by relative path) into `folder`. A folder with files of others and without our marker is refused; stale
 * files of ours go, files of others beside ours stay. Throws a UserError; before anything was moved, nothing is changed.
 */
export function writeFolder(folder: string, files: ReadonlyMap<string, FileText>): void {
  const claim = withFiles(folder, () => claimFolder(folder, [...files.keys()]));
  const temporary = withFiles(folder, () => temporaryBeside(claim));
  // mkdtemp gives nobody else a look; the folder inside has the permissions that the user's umask gives.
  const fresh = join(temporary, "plan");
  try {
    withFiles(folder, () => {
      mkdirSync(fresh);
      fill(fresh, files);
      if (claim.state === "absent") renameSync(fresh, claim.path);
      else moveOver(fresh, claim.path, files, claim.ours);
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function fill(temporary: string, files: ReadonlyMap<string, FileText>): void {
  for (const parent of parentFolders(files.keys())) mkdirSync(join(temporary, parent), { recursive: true });
  for (const [path, text] of files) {
    if (typeof text === "string") writeFileSync(join(temporary, path), text, { flag: "wx" });
    else writePieces(join(temporary, path), text());
  }
  writeFileSync(join(temporary, marker), markerText(files.keys()), { flag: "wx" });
}

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const bytesPerUnit = 3;

function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "wx");
  // One for all pieces: thousands of buffers would make the engine collect its whole heap again and again. Each piece goes
  // straight into it: joined texts would be copied once more, which took half of the time of writing.
  const buffer = Buffer.allocUnsafe(1 << 20);
  let used = 0;
  try {
    for (const piece of pieces) {
      const most = piece.length * bytesPerUnit;
      if (used + most > buffer.length) {
        writeWhole(file, buffer.subarray(0, used));
        used = 0;
      }
      if (most > buffer.length) writeWhole(file, Buffer.from(piece, "utf8"));
      else used += buffer.write(piece, used, "utf8");
    }
    writeWhole(file, buffer.subarray(0, used));
  } finally {
    closeSync(file);
  }
}

/** A write may take less than it was given. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** The marker lists old and new files while they are moved, so that a run that was cut off leaves a folder that is still ours. */
function moveOver(
  temporary: string,
  folder: string,
  files: ReadonlyMap<string, FileText>,
  ours: ReadonlySet<string>,
): void {
  const final = join(temporary, marker);
  const during = `${final}.both`;
  writeFileSync(during, markerText([...files.keys(), ...ours]));
  renameSync(during, join(folder, marker));
  const stale = [...ours].filter((path) => !files.has(path));
  for (const path of stale) tolerating(["ENOENT", "ENOTDIR", "EISDIR", "EPERM"], () => unlinkSync(join(folder, path)));
  for (const parent of parentFolders(stale).reverse()) {
    tolerating(["ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST"], () => rmdirSync(join(folder, parent)));
  }
  for (const parent of parentFolders(files.keys())) mkdirSync(join(folder, parent), { recursive: true });
  for (const path of files.keys()) renameSync(join(temporary, path), join(folder, path));
  renameSync(final, join(folder, marker));
}

/** What is gone already, or holds files of others, is left as it is. */
function tolerating(codes: readonly string[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && codes.includes(String(error.code)))) throw error;
  }
}

/** Beside the folder; inside it where that is another file system (a mounted volume), across which nothing can be moved. */
function temporaryBeside({ path, state }: Claim): string {
  const parent = dirname(path);
  mkdirSync(parent, { recursive: true });
  const mounted = state !== "absent" && statSync(path).dev !== statSync(parent).dev;
  return mkdtempSync(mounted ? join(path, ".meshferry-") : join(parent, `.${basename(path)}.meshferry-`));
}
