// Writes a folder as a whole: a temporary folder beside it first, then file by file into place. Touches only what is listed as ours.
// Calls are synchronous: nothing else waits for a turn, and tens of thousands of small files take a third of the time.
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileText } from "../present/folder/file-text.ts";
import { type Claim, claimFolder, marker, markerText, parentFolders } from "./claim-folder.ts";
import { withFiles } from "./file-trouble.ts";
import type { ManifestThread, PlanFileParts } from "./manifest-thread.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import { writePieces } from "./write-pieces.ts";

/**
 * Writes `files` (by relative path) into `folder`. A folder with files of others and without our marker is refused; stale
 * files of ours go, files of others beside ours stay. Throws a UserError; before anything was moved, nothing is changed.
 */
export function writeFolder(folder: string, files: Files): void {
  const begun = begin(folder, files);
  try {
    withFiles(folder, () => {
      makeFolders(begun, files);
      fill(begun, files);
      putInPlace(begun, files);
    });
  } finally {
    begun.drop();
  }
}

/** The same with a second thread, which makes the manifests and writes nearly everything. */
export async function writeFolderWith(thread: ManifestThread, folder: string, files: Files): Promise<void> {
  const manifests = new Map<string, readonly ApplyAction[]>();
  const texts = new Map<string, string>();
  const others = new Map<string, FileText>();
  let plan: PlanFileParts | null = null;
  for (const [path, text] of files) {
    if (typeof text === "string") texts.set(path, text);
    else if (text.elsewhere?.makes === "manifests") manifests.set(path, text.elsewhere.applies);
    else if (text.elsewhere?.makes === "plan" && plan === null) plan = { path, ...text.elsewhere };
    else others.set(path, text);
  }
  const begun = begin(folder, files);
  try {
    withFiles(folder, () => makeFolders(begun, files));
    const theirs = thread.write(begun.fresh, { manifests, texts, plan });
    const ours = (async () => fill(begun, others))();
    // Both end before anything is taken away, whatever the other came to.
    const ends = await Promise.allSettled([ours, theirs]);
    withFiles(folder, () => {
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      putInPlace(begun, files);
    });
  } finally {
    begun.drop();
  }
}

type Files = ReadonlyMap<string, FileText>;

interface Begun {
  readonly claim: Claim;
  /** Where the files are made. */
  readonly fresh: string;
  /** Takes away what is left of it. */
  readonly drop: () => void;
}

function begin(folder: string, files: Files): Begun {
  const claim = withFiles(folder, () => claimFolder(folder, [...files.keys()]));
  const temporary = withFiles(folder, () => temporaryBeside(claim));
  // mkdtemp gives nobody else a look; the folder inside has the permissions that the user's umask gives.
  return { claim, fresh: join(temporary, "plan"), drop: () => rmSync(temporary, { recursive: true, force: true }) };
}

function makeFolders({ fresh }: Begun, files: Files): void {
  mkdirSync(fresh);
  for (const parent of parentFolders(files.keys())) mkdirSync(join(fresh, parent), { recursive: true });
  writeFileSync(join(fresh, marker), markerText(files.keys()), { flag: "wx" });
}

function fill({ fresh }: Begun, files: Files): void {
  for (const [path, text] of files) {
    if (typeof text === "string") writeFileSync(join(fresh, path), text, { flag: "wx" });
    else writePieces(join(fresh, path), text.pieces());
  }
}

function putInPlace({ claim, fresh }: Begun, files: Files): void {
  if (claim.state === "absent") renameSync(fresh, claim.path);
  else moveOver(fresh, claim.path, files, claim.ours);
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
