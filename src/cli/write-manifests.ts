// What runs in the thread of manifest-thread.ts: templates come first, as texts, and are made ready while the plan's pages are; then the files.
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Hash } from "../core/hash.ts";
import type { Json } from "../core/json.ts";
import { drawTemplate, manifestsInParts, type ManifestSource, noKnownTexts } from "../present/folder/manifest.ts";
import { templateLines } from "../present/folder/plan-json.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import { chunksOf, writeChunksAt, writePieces } from "./write-pieces.ts";

/** Templates by their place, in the order of their hashes. */
export interface Templates {
  readonly hashes: readonly string[];
  /** Canonical JSON; null: drawn, and not needed any more. */
  readonly texts: (string | null)[];
  /** The field that steps lay over the template; null: none, or several. */
  readonly pointers: readonly (string | null)[];
}

export interface ToWrite {
  readonly folder: string;
  /** Of each object of a file: the place of its template, and of what is laid over it. */
  readonly files: readonly { readonly path: string; readonly objects: Uint32Array; readonly sets: Uint32Array }[];
  readonly sets: readonly ApplyAction["set"][];
  /** The file that takes the templates too, and from which byte on. */
  readonly templates: { readonly path: string; readonly from: number } | null;
}

/** Said first, unasked. */
export interface Ready {
  /** How long the templates are as lines of plan.json. */
  readonly templateBytes: number;
}

export interface Written {
  readonly trouble: { readonly message: string; readonly code: string | null } | null;
}

type Applied = Pick<ApplyAction, "object" | "set">;

const { hashes, texts, pointers }: Templates = workerData;
// As bytes: whoever writes what comes behind them has to know how many they are.
const lines: Uint8Array[] = [];
for (const chunk of chunksOf(templateLines(hashes.map((hash, at) => [hash, texts[at] ?? "{}"]))))
  lines.push(new Uint8Array(chunk));
const ready: Ready = { templateBytes: lines.reduce((sum, { length }) => sum + length, 0) };
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
parentPort?.postMessage(ready);

const source: ManifestSource = {
  // The text was made from a template.
  templateOf: (hash) => JSON.parse(texts[Number(hash.slice("sha256:".length))] ?? "{}") as Json,
  slotted: new Set(),
  known: noKnownTexts(),
};
for (const [at, pointer] of pointers.entries()) {
  drawTemplate(source, nameOf(at), pointer);
  // Nothing is laid over it in any step: its drawing is all that is asked for.
  if (pointer === null) texts[at] = null;
}

parentPort?.once("message", (message: ToWrite) => {
  const written: Written = { trouble: troubleOf(message) };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
  parentPort?.postMessage(written);
});

/** Here a template's place stands in for its hash. */
function nameOf(at: number): Hash {
  return `sha256:${at}`;
}

function troubleOf({ folder, files, sets, templates }: ToWrite): Written["trouble"] {
  try {
    if (templates !== null) writeChunksAt(join(folder, templates.path), lines, templates.from);
    for (const { path, objects, sets: setOf } of files) {
      const applied = Array.from(
        objects,
        (object, at): Applied => ({
          object: nameOf(object),
          set: sets[setOf[at] ?? 0] ?? [],
        }),
      );
      writePieces(join(folder, path), manifestsInParts(source, applied));
    }
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { message: error.message, code: "code" in error ? String(error.code) : null };
  }
}
