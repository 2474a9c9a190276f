// Every identity once: keeps the first of several copies, and says where they differ. Files come in order of path, documents in
// order of line, so that the choice does not depend on the order of arguments. A resourceVersion is opaque: "newer" cannot be told.
import type { Finding } from "../../../core/finding.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../../core/json.ts";
import { refKey, type KubeObject } from "../../../core/object-ref.ts";
import { compareText, sortedUnique } from "../../../core/order.ts";
import { objectDiffers, statusDiffers } from "../../../findings/codes/inputs.ts";
import { isPodCopy } from "./namespaced-kinds.ts";

/** The objects read so far, by refKey. */
export type ObjectsByKey = Map<string, KubeObject>;

/** Adds an object unless its identity is there; gives the finding if the two differ. */
export function mergeObject(objects: ObjectsByKey, added: KubeObject): Finding | null {
  const key = refKey(added.ref);
  const first = objects.get(key);
  if (first === undefined) {
    objects.set(key, added);
    return null;
  }
  const isCopy = "file" in added.origin && isPodCopy(added.origin.file);
  return isCopy ? null : difference(first, added);
}

/** The objects in the order of refKey. */
export function sortedObjects(objects: ObjectsByKey): KubeObject[] {
  return [...objects].sort(([left], [right]) => compareText(left, right)).map(([, object]) => object);
}

function difference(first: KubeObject, second: KubeObject): Finding | null {
  const [left, right] = [comparable(first.body), comparable(second.body)];
  const keys = sortedUnique([...Object.keys(left), ...Object.keys(right)]);
  const parts = keys.filter((key) => textOf(left, key) !== textOf(right, key));
  if (parts.length === 0) return null;
  const subjects = [first.ref, first.origin, second.origin];
  if (parts.every((part) => part === "status")) return statusDiffers.at(subjects, {});
  // Only the names that every object has: others are the file's content.
  const named = parts.map((part) => (commonParts.has(part) ? part : "other fields"));
  return objectDiffers.at(subjects, { parts: sortedUnique(named).join(", ") });
}

const commonParts = new Set(["apiVersion", "metadata", "spec", "status", "data", "type"]);

function textOf(body: JsonObject, key: string): string | null {
  return Object.hasOwn(body, key) ? canonicalJson(body[key] ?? null) : null;
}

// The version of the storage changes with every write, also of the status.
function comparable(body: JsonObject): JsonObject {
  const metadata: Json = body["metadata"] ?? null;
  if (!isJsonObject(metadata)) return body;
  const { resourceVersion: _, ...rest } = metadata;
  return { ...body, metadata: rest };
}
