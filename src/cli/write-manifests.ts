// What runs in the thread of manifest-thread.ts: templates come first, as texts, and are drawn while the plan's pages are made; then the files.
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Hash } from "../core/hash.ts";
import type { Json } from "../core/json.ts";
import { drawTemplate, manifestsInParts, type ManifestSource, noKnownTexts } from "../present/folder/manifest.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import { writePieces } from "./write-pieces.ts";

/** Templates by their place. */
export interface Templates {
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
}

export interface Written {
  readonly trouble: { readonly message: string; readonly code: string | null } | null;
}

type Applied = Pick<ApplyAction, "object" | "set">;

const { texts, pointers }: Templates = workerData;
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

function troubleOf({ folder, files, sets }: ToWrite): Written["trouble"] {
  try {
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
