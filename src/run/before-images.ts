// What objects were before a step touched them, in files beside the journal: what undo puts back. Never of a Secret.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { StepId } from "../core/ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import { journalFolder, makeFolder, unwritable } from "./journal.ts";
import { ourPart } from "./managed-fields.ts";
import type { Found } from "./run-event.ts";
import { isSecret, metadataText } from "./task.ts";

export interface Image {
  readonly ref: ObjectRef;
  /** Without managedFields. */
  readonly body: JsonObject;
  /** Of an object of ours: what we had applied; null: nothing. */
  readonly applied: JsonObject | null;
}

export interface BeforeImages {
  /** Keeps the objects, on disk when it returns, and says how each was found. */
  keep(
    step: StepId,
    seen: readonly { readonly ref: ObjectRef; readonly object: KubeObject | null }[],
  ): Promise<Found[]>;
  /** null: the file is gone or damaged. */
  read(found: Found): Image | null;
}

const folderName = "before";

export function imagesIn(planFolder: string): BeforeImages {
  const folder = join(planFolder, journalFolder, folderName);
  const namesOnDisk = together(async () => synced(folder));
  return {
    async keep(step, seen) {
      const found = seen.map(({ ref, object }) => foundAs(step, ref, object));
      const files = seen.flatMap(({ object }, index) => {
        const file = found[index]?.image ?? null;
        return object === null || file === null ? [] : [{ object, file: join(planFolder, journalFolder, file) }];
      });
      if (files.length === 0) return found;
      try {
        makeFolder(planFolder, journalFolder, folderName);
        await Promise.all(files.map(async ({ object, file }) => writeSynced(file, imageText(object))));
        await namesOnDisk();
      } catch (error) {
        throw unwritable(folder, error);
      }
      return found;
    },
    read({ image }) {
      if (image === null) return null;
      try {
        return JSON.parse(readFileSync(join(planFolder, journalFolder, image), "utf8")) as Image;
      } catch {
        return null;
      }
    },
  };
}

function foundAs(step: StepId, ref: ObjectRef, object: KubeObject | null): Found {
  if (object === null) return { ref, uid: null, resourceVersion: null, image: null };
  const [uid, resourceVersion] = [metadataText(object, "uid"), metadataText(object, "resourceVersion")];
  return {
    ref,
    uid,
    resourceVersion,
    image: isSecret(ref) ? null : join(folderName, `${nameOf(step, ref, resourceVersion)}.json`),
  };
}

/** The version is part of it: a later try must not write over what an earlier one found. */
function nameOf(step: StepId, ref: ObjectRef, version: string): string {
  return createHash("sha256")
    .update(`${step}\n${refKey(ref)}\n${version}`)
    .digest("hex")
    .slice(0, 32);
}

function imageText(object: KubeObject): string {
  const image: Image = { ref: object.ref, body: withoutManagedFields(object.body), applied: ourPart(object.body) };
  return `${JSON.stringify(image)}\n`;
}

export function withoutManagedFields(body: JsonObject): JsonObject {
  const metadata: Json = body["metadata"] ?? null;
  if (!isJsonObject(metadata)) return body;
  const { managedFields: _, ...rest } = metadata;
  return { ...body, metadata: rest };
}

async function writeSynced(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const written = await open(temporary, "w", 0o600);
  try {
    await written.writeFile(text, "utf8");
    await written.sync();
  } finally {
    await written.close();
  }
  await rename(temporary, file);
}

/** Names are on disk when their folder is. */
async function synced(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Work that is asked for while it is under way is done once more behind it, for all who have asked meanwhile. */
function together(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return async () => {
    next ??= running
      .catch(() => {})
      .then(async () => {
        running = next ?? running;
        next = null;
        await work();
      });
    return next;
  };
}
