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
    const before = valueBefore(op, tested, body);
    const after = op.op === "remove" ? null : op.value;
    changes.push(...leafChanges(pointerParts(op.path), before, after, secret));
    body = body === undefined ? undefined : patched(body, op);
  }
  return changes;
}

type Before = Json | "unknown" | undefined;

function valueBefore(op: PatchOp, tested: ReadonlyMap<string, Json>, body: Json | undefined): { readonly is: Before } {
  const said = tested.get(op.path);
  if (said !== undefined) return { is: said };
  if (op.path.endsWith("/-")) return { is: undefined };
  if (body === undefined) return { is: "unknown" };
  const parent = valueAt(body, op.path.slice(0, op.path.lastIndexOf("/")));
  // "add" at an index moves the others along: nothing is replaced.
  if (op.op === "add" && Array.isArray(parent)) return { is: undefined };
  return { is: valueAt(body, op.path) };
}

/** Objects are compared field by field; lists and scalars as a whole. */
function leafChanges(path: readonly string[], { is: before }: { readonly is: Before }, after: Json | null, secret: boolean): FieldChange[] {
  if (isJsonObject(after) && (before === undefined || before === null || isJsonObject(before)) && Object.keys(after).length > 0) {
    const old = isJsonObject(before) ? before : {};
    const keys = [...new Set([...Object.keys(old), ...Object.keys(after)])].sort(compareText);
    return keys.flatMap((key) => {
      const was = Object.hasOwn(old, key) ? old[key] : undefined;
      const becomes = Object.hasOwn(after, key) ? (after[key] ?? null) : null;
      const same = was !== undefined && Object.hasOwn(after, key) && equalJson(was, becomes);
      return same ? [] : leafChanges([...path, key], { is: was }, becomes, secret);
    });
  }
  return [
    {
      field: fieldText(path),
      before: before === "unknown" ? "unknown" : before === undefined ? null : shown(before, secret),
      after: after === null ? null : shown(after, secret),
    },
  ];
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
    return String.fromCodePoint(...base64.decode(value.replaceAll(/\s/gu, "")));
  } catch {
    return "";
  }
}
