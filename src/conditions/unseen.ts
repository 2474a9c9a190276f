// Facts that nobody could see: the same finding wherever they are missed.
import { type ObjectRef, refText } from "../core/object-ref.ts";
import { notOfThePlan, notSeen } from "../findings/codes/conditions.ts";
import type { Unseen } from "./facts.ts";
import { failed, pending, type Verdict } from "./verdict.ts";

export function unseenObject(ref: ObjectRef, seen: Unseen): Verdict {
  return unseenWhat([ref], refText(ref), seen);
}

/** Something about an object that is more than the object itself: "the proxies of …". */
export function unseenOf(ref: ObjectRef, what: string, seen: Unseen): Verdict {
  return unseenWhat([ref], `${what} ${refText(ref)}`, seen);
}

export function unseenWhat(refs: readonly ObjectRef[], what: string, { unseen, shutOut }: Unseen): Verdict {
  const seen = notSeen.at(refs, { what, reason: unseen });
  return shutOut === true ? failed(seen) : pending(seen);
}

export function unknownName(what: string): Verdict {
  return failed(notOfThePlan.at([], { what }));
}
