// What a modelled controller is: it sees what has changed between two worlds, and does its part. It knows no plan, no step and no phase.
import type { ClusterId } from "../../core/ids.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../../core/object-ref.ts";
import { sortedBy } from "../../core/order.ts";
import { objectAt, type World } from "../world.ts";

/** Gives the world back as it is where nothing that it looks after has changed. */
export type Controller = (before: World, after: World) => World;

export interface ObjectChange {
  readonly cluster: ClusterId;
  /** null: it was not there. */
  readonly before: KubeObject | null;
  /** null: it is not there any more. */
  readonly after: KubeObject | null;
}

/** The objects of a kind that differ, cluster by cluster, in the order of their keys. */
export function changesOf(before: World, after: World, kind: string): readonly ObjectChange[] {
  return placesBetween(before, after, kind).flatMap((ref) => {
    const [one, other] = [objectAt(before, ref) ?? null, objectAt(after, ref) ?? null];
    return one === other ? [] : [{ cluster: ref.cluster, before: one, after: other }];
  });
}

/** The kinds of which objects were changed. */
export function changedKinds(before: World, after: World): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const ref of trailBetween(before, after)) kinds.add(kindKey(ref));
  return kinds;
}

function placesBetween(before: World, after: World, kind: string): readonly ObjectRef[] {
  const places = new Map<string, ObjectRef>();
  for (const ref of trailBetween(before, after)) if (kindKey(ref) === kind) places.set(refKey(ref), ref);
  return places.size < 2
    ? [...places.values()]
    : sortedBy(
        places,
        ([, { cluster }]) => cluster,
        ([key]) => key,
      ).map(([, ref]) => ref);
}

/** `after` has come out of `before`, by changes that are few. */
function* trailBetween(before: World, after: World): Iterable<ObjectRef> {
  let at = after.trail;
  for (; at !== null && at !== before.trail; at = at.earlier) yield at.ref;
  if (at !== before.trail) throw new Error("worlds are compared of which one has not come out of the other");
}
