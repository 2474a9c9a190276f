// What a JSON patch does to the fields of an object, old → new, as people read it. Shows no Secret's bytes.
import { base64 } from "@scure/base";
import { certificateBlocks } from "../../core/certificates.ts";
import { equalJson, isJsonObject, type Json } from "../../core/json.ts";
import { compareText } from "../../core/order.ts";
import { pointerParts, valueAt } from "../../core/pointer.ts";
import type { PatchOp } from "../../plan/plan.ts";
import { patched } from "./patched.ts";

/** Certificates are shown by their number, never by their bytes. */
export type Shown = { readonly value: Json } | { readonly certificates: number } | { readonly hidden: true };

export interface FieldChange {
  /** "spec.cluster.network", "metadata.labels["istio.io/rev"]". */
  readonly field: string;
  /** null: the field was not there; "unknown": the object was not supplied and no test operation says it. */
  readonly before: Shown | null | "unknown";
  /** null: the field goes. */
  readonly after: Shown | null;
}

/** The fields that the operations change, in their order. `current` is the object's body as it was read. */
export function fieldChanges(ops: readonly PatchOp[], current: Json | undefined, kind: string): FieldChange[] {
  const secret = kind === "Secret";
  const changes: FieldChange[] = [];
  const tested = new Map<string, Json>();
  // A Secret's body is never looked at; its old values come from the tests alone.
  let body = secret ? undefined : current;
  for (const op of ops) {
    if (op.op === "test") {
      tested.set(op.path, op.value);
      continue;
    }
    const after = op.op === "remove" ? undefined : op.value;
    changes.push(...leafChanges(pointerParts(op.path), valueBefore(op, tested, body), after, secret));
    body = body === undefined ? undefined : patched(body, op);
  }
  return changes;
}

/** What was there: a value, nothing (undefined), or nobody knows. */
type Before = { readonly known: true; readonly value: Json | undefined } | { readonly known: false };

function valueBefore(op: PatchOp, tested: ReadonlyMap<string, Json>, body: Json | undefined): Before {
  const said = tested.get(op.path);
  if (said !== undefined) return { known: true, value: said };
  if (op.path.endsWith("/-")) return { known: true, value: undefined };
  if (body === undefined) return { known: false };
  const parent = valueAt(body, op.path.slice(0, op.path.lastIndexOf("/")));
  // "add" at an index moves the others along: nothing is replaced.
  if (op.op === "add" && Array.isArray(parent)) return { known: true, value: undefined };
  return { known: true, value: valueAt(body, op.path) };
}

/** Objects are compared field by field; lists and scalars as a whole. */
function leafChanges(path: readonly string[], before: Before, after: Json | undefined, secret: boolean): FieldChange[] {
  const old = before.known ? (before.value ?? {}) : null;
  if (isJsonObject(after) && isJsonObject(old) && Object.keys(after).length > 0) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(after)])].sort(compareText);
    return keys.flatMap((key) => {
      const was = Object.hasOwn(old, key) ? old[key] : undefined;
      const becomes = Object.hasOwn(after, key) ? after[key] : undefined;
      const same = was !== undefined && becomes !== undefined && equalJson(was, becomes);
      return same ? [] : leafChanges([...path, key], { known: true, value: was }, becomes, secret);
    });
  }
  const shownBefore = !before.known ? "unknown" : before.value === undefined ? null : shown(before.value, secret);
  return [{ field: fieldText(path), before: shownBefore, after: after === undefined ? null : shown(after, secret) }];
}

/** A path as kubectl's users write it. */
export function fieldText(parts: readonly string[]): string {
  return parts
    .map((part, at) => {
      if (/^[A-Za-z_][A-Za-z0-9_-]*$/u.test(part)) return at === 0 ? part : `.${part}`;
      return /^\d+$/u.test(part) ? `[${part}]` : part === "-" ? "[+]" : `[${JSON.stringify(part)}]`;
    })
    .join("");
}

function shown(value: Json, secret: boolean): Shown {
  const certificates = typeof value === "string" ? certificateBlocks(secret ? plainText(value) : value).length : 0;
  if (certificates > 0) return { certificates };
  return secret ? { hidden: true } : { value };
}

function plainText(value: string): string {
  if (value.includes("-----BEGIN")) return value;
  try {
    const bytes = base64.decode(value.replaceAll(/\s/gu, ""));
    return Array.from(bytes, (byte) => String.fromCodePoint(byte)).join("");
  } catch {
    return "";
  }
}
