// What a modelled controller is: it sees what has changed between two worlds, and does its part. It knows no plan, no step and no phase.
import type { ClusterId } from "../../core/ids.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import type { World } from "../world.ts";

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
  const changes: ObjectChange[] = [];
  for (const [id, state] of after.clusters) {
    const old = before.clusters.get(id)?.slices.get(kind)?.objects;
    const now = state.slices.get(kind)?.objects;
    if (old === now) continue;
    const keys = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
    for (const key of [...keys].sort()) {
      const [one, other] = [old?.get(key)?.object ?? null, now?.get(key)?.object ?? null];
      if (one !== other) changes.push({ cluster: id, before: one, after: other });
    }
  }
  return changes;
}
