// The first look at each of many objects: one paged list per kind and cluster in place of a question for each of them.
import type { ClusterId } from "../core/ids.ts";
import { kindKey, type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import type { Step } from "../plan/plan.ts";
import type { Clock } from "./clock.ts";
import { listingOf } from "./listed-objects.ts";

/** Fewer objects of a kind are asked for one by one: a list holds those of everybody else too. */
export const fewestListed = 32;

/** What was listed longer ago is no look any more. */
const staleMs = 60_000;

export interface FirstLooks {
  /** These steps come next: what was listed for others is forgotten. */
  expect(steps: readonly Step[]): void;
  /**
   * The object as a list has it, told once for each; undefined: it has to be asked for by itself. What is written after it needs
   * a guard of its own: the object may have changed since.
   */
  look(ref: ObjectRef): Promise<KubeObject | null | undefined>;
}

interface Kind {
  /** By refKey: applied by the steps, and not looked at yet. */
  readonly left: Set<string>;
  listing: ReturnType<typeof listingOf> | null;
  listedMs: number;
}

export function firstLooks(clients: ReadonlyMap<ClusterId, ClusterClient>, clock: Clock): FirstLooks {
  let kinds = new Map<string, Kind>();
  const keyOf = (ref: ObjectRef): string => `${ref.cluster}|${kindKey(ref)}`;
  return {
    expect(steps) {
      kinds = new Map();
      for (const { action } of steps) {
        if (action.do !== "apply") continue;
        const key = keyOf(action.ref);
        const kind = kinds.get(key) ?? { left: new Set(), listing: null, listedMs: 0 };
        kind.left.add(refKey(action.ref));
        kinds.set(key, kind);
      }
      for (const [key, { left }] of kinds) if (left.size < fewestListed) kinds.delete(key);
    },
    async look(ref) {
      const kind = kinds.get(keyOf(ref));
      const client = clients.get(ref.cluster);
      const key = refKey(ref);
      if (kind === undefined || client === undefined || !kind.left.delete(key)) return undefined;
      if (kind.listing !== null && clock.monotonicMs() - kind.listedMs > staleMs) {
        if (kind.left.size < fewestListed) return undefined;
        kind.listing = null;
      }
      if (kind.listing === null) {
        kind.listedMs = clock.monotonicMs();
        kind.listing = listingOf(client, ref);
      }
      const asked = kind.listing;
      try {
        const listing = await asked;
        return listing === null ? undefined : (listing.get(key) ?? null);
      } catch (error) {
        // Whoever asks again gets another list.
        if (kind.listing === asked) kind.listing = null;
        kind.left.add(key);
        throw error;
      }
    },
  };
}

/** Every object is asked for by itself. */
export const noLooks: FirstLooks = { expect: () => {}, look: async () => undefined };
