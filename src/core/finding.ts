// What the product has to say about the user's meshes. A finding is data: its text comes from the catalogue (src/findings/codes).
import type { JsonObject } from "./json.ts";
import type { ObjectRef, Origin } from "./object-ref.ts";

export type Severity = "block" | "warn" | "info";
export type FindingCode = `MF${number}`;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What the finding is about: objects, or places in files where no object could be made. */
  readonly subjects: readonly (ObjectRef | Origin)[];
  readonly params: JsonObject;
}

/** A value, or the finding that says why it is not known. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: Finding };

export function known<T>(value: T): Known<T> {
  return { known: true, value };
}

export function unknown(why: Finding): Known<never> {
  return { known: false, why };
}

/** What a station of the pipeline returns. */
export interface Produced<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}
