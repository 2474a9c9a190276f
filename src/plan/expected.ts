// What an object of theirs must still be when a step begins, told from the object and the plan alone: parts of it, and their hash.
import { type Hash, hashOf } from "../core/hash.ts";
import type { Json } from "../core/json.ts";
import { type Pointer, valueAt } from "../core/pointer.ts";

export interface Expected {
  /** The parts that the step rests on. */
  readonly of: readonly Pointer[];
  /** Over the list of their values, null for a part that is absent. */
  readonly hash: Hash;
}

/** These parts of an object, as they are now. */
export function expected(body: Json, ...of: readonly Pointer[]): Expected {
  return { of, hash: hashOfParts(body, of) };
}

export function isAsExpected(body: Json, { of, hash }: Expected): boolean {
  return hashOfParts(body, of) === hash;
}

function hashOfParts(body: Json, of: readonly Pointer[]): Hash {
  return hashOf(of.map((part) => valueAt(body, part) ?? null));
}
