// What runs in the thread of manifest-thread.ts: templates come first, as texts, and are drawn while the plan is made; then the files.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { Hash } from "../core/hash.ts";
import type { Json } from "../core/json.ts";
import { drawTemplate, manifestsInParts, type ManifestSource, noKnownTexts } from "../present/folder/manifest.ts";
import { templateLines } from "../present/folder/plan-json.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import { type PackedPiece, unpacked } from "./plan-pieces.ts";
import { writePieces, writePiecesTo } from "./write-pieces.ts";

export interface Templates {
  /** Canonical JSON, a line each: one text crosses much faster than tens of thousands. */
  readonly texts: string;
  /** The field that steps lay over the template; null: none is expected. */
  readonly pointers: readonly (string | null)[];
}

/** A template is known by its place among them. */
export interface ToWrite {
  readonly folder: string;
  /** Files by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of each object of a file: its template, and what is laid over it. */
  readonly manifests: readonly { readonly path: string; readonly objects: Uint32Array; readonly sets: Uint32Array }[];
  readonly sets: readonly ApplyAction["set"][];
  /** The plan file up to its templates, and these in their order, with their hashes, a line each. */
  readonly plan: {
    readonly path: string;
    readonly head: string;
    readonly hashes: string;
    readonly places: Uint32Array;
  } | null;
}

/** What comes behind the templates, piece after piece; null: that was all. */
export interface RestOfPlan {
  readonly piece: PackedPiece | null;
}

export interface Written {
  readonly trouble: { readonly message: string; readonly code: string | null } | null;
}

type Applied = Pick<ApplyAction, "object" | "set">;

const { texts, pointers }: Templates = workerData;
const templates = texts.split("\n");

const source: ManifestSource = {
  // The text was made from a template.
  templateOf: (hash) => JSON.parse(templates[Number(hash.slice("sha256:".length))] ?? "{}") as Json,
  slotted: new Set(),
  known: noKnownTexts(),
};
for (const [at, pointer] of pointers.entries()) drawTemplate(source, nameOf(at), pointer);

parentPort?.once("message", (message: ToWrite) => void answer(message));

async function answer(message: ToWrite): Promise<void> {
  const written: Written = { trouble: await troubleOf([writeFiles(message), writePlan(message)]) };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
  parentPort?.postMessage(written);
}

/** Here a template's place stands in for its hash. */
function nameOf(at: number): Hash {
  return `sha256:${at}`;
}

async function troubleOf(work: readonly Promise<void>[]): Promise<Written["trouble"]> {
  try {
    await Promise.all(work);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { message: error.message, code: "code" in error ? String(error.code) : null };
  }
}

async function writeFiles({ folder, texts: files, manifests, sets }: ToWrite): Promise<void> {
  for (const [path, text] of files) writeFileSync(join(folder, path), text, { flag: "wx" });
  for (const { path, objects, sets: setOf } of manifests) {
    // In between what has come of the plan is written: else all of its text would be waiting in memory.
    await setImmediate();
    const applied = Array.from(
      objects,
      (object, at): Applied => ({ object: nameOf(object), set: sets[setOf[at] ?? 0] ?? [] }),
    );
    writePieces(join(folder, path), manifestsInParts(source, applied));
  }
}

async function writePlan({ folder, plan }: ToWrite): Promise<void> {
  if (plan === null) return;
  const file = openSync(join(folder, plan.path), "wx");
  try {
    writePiecesTo(file, [plan.head]);
    // They were joined from a plan's hashes.
    const hashes = (plan.hashes === "" ? [] : plan.hashes.split("\n")) as Hash[];
    writePiecesTo(file, templateLines(hashes.map((hash, at) => [hash, templates[plan.places[at] ?? 0] ?? "{}"])));
    await writeRest(file, new Map(hashes.map((hash, at) => [plan.places[at] ?? 0, hash])));
  } finally {
    closeSync(file);
  }
}

function writeRest(file: number, hashes: ReadonlyMap<number, Hash>): Promise<void> {
  const hashAt = (place: number): Hash => hashes.get(place) ?? nameOf(place);
  return new Promise((resolve, reject) => {
    parentPort?.on("message", ({ piece }: RestOfPlan) => {
      try {
        if (piece === null) resolve();
        else writePiecesTo(file, unpacked(piece, hashAt));
      } catch (error) {
        reject(error);
      }
    });
  });
}
