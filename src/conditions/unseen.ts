// Facts that nobody could see: the same finding wherever they are missed.
import { type ObjectRef, refText } from "../core/object-ref.ts";
import { notOfThePlan, notSeen } from "../findings/codes/conditions.ts";
import type { Unseen } from "./facts.ts";
import { failed, pending, type Verdict } from "./verdict.ts";

export function unseenObject(ref: ObjectRef, { unseen }: Unseen): Verdict {
  return pending(notSeen.at([ref], { what: refText(ref), reason: unseen }));
}

/** Something about an object that is more than the object itself: "the proxies of …". */
export function unseenOf(ref: ObjectRef, what: string, { unseen }: Unseen): Verdict {
  return pending(notSeen.at([ref], { what: `${what} ${refText(ref)}`, reason: unseen }));
}

export function unknownName(what: string): Verdict {
  return failed(notOfThePlan.at([], { what }));
}
