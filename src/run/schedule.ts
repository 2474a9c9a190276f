// Which steps of a phase may run now: after their predecessors, never two on one object, so many at once in each cluster.
import type { ClusterId, StepId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import type { Step } from "../plan/plan.ts";
import { touched } from "../plan/touched.ts";

export interface Scheduled {
  readonly id: StepId;
  readonly after: readonly StepId[];
  readonly touches: readonly ObjectRef[];
}

export function scheduled(step: Step): Scheduled {
  return { id: step.id, after: step.after, touches: touched(step.action) };
}

interface Entry {
  readonly id: StepId;
  readonly place: number;
  readonly clusters: readonly ClusterId[];
  open: number;
}

/** Steps in the order of the plan; whoever asks starts what `next` gives, and says when it has ended. Linear in steps and edges. */
export class Schedule {
  readonly #entries = new Map<StepId, Entry>();
  readonly #followers = new Map<StepId, StepId[]>();
  readonly #running = new Map<ClusterId, number>();
  /** Ready, by the clusters that a step needs a place in; each list in the order in which its steps became ready. */
  readonly #ready = new Map<string, StepId[]>();
  readonly #perCluster: number;
  #left: number;

  /** Predecessors that are no step of these are taken to be done. */
  constructor(steps: readonly Scheduled[], perCluster: number) {
    this.#perCluster = perCluster;
    this.#left = steps.length;
    const known = new Set(steps.map(({ id }) => id));
    const lastOn = new Map<string, StepId>();
    for (const [place, { id, after, touches }] of steps.entries()) {
      const before = new Set(after.filter((each) => known.has(each)));
      for (const ref of touches) {
        const key = refKey(ref);
        const earlier = lastOn.get(key);
        // What the plan orders by its lines alone still happens in that order to one object.
        if (earlier !== undefined) before.add(earlier);
        lastOn.set(key, id);
      }
      const clusters = sortedUnique(touches.map(({ cluster }) => cluster));
      this.#entries.set(id, { id, place, clusters, open: before.size });
      for (const each of before) {
        const followers = this.#followers.get(each);
        if (followers) followers.push(id);
        else this.#followers.set(each, [id]);
      }
    }
    for (const entry of this.#entries.values()) if (entry.open === 0) this.#queue(entry);
  }

  /** No step is left that has not ended. */
  get finished(): boolean {
    return this.#left === 0;
  }

  /** The next step that may start now; null: none may, until one ends. */
  next(): StepId | null {
    let best: { readonly list: StepId[]; readonly entry: Entry } | null = null;
    for (const list of this.#ready.values()) {
      const entry = this.#entryOf(list[0]);
      if (entry === null || !this.#hasPlace(entry)) continue;
      if (best === null || entry.place < best.entry.place) best = { list, entry };
    }
    if (best === null) return null;
    best.list.shift();
    for (const cluster of best.entry.clusters) this.#running.set(cluster, (this.#running.get(cluster) ?? 0) + 1);
    return best.entry.id;
  }

  ended(id: StepId): void {
    const entry = this.#entryOf(id);
    if (entry === null) return;
    this.#left -= 1;
    for (const cluster of entry.clusters) this.#running.set(cluster, (this.#running.get(cluster) ?? 1) - 1);
    for (const follower of this.#followers.get(id) ?? []) {
      const waiting = this.#entryOf(follower);
      if (waiting === null) continue;
      waiting.open -= 1;
      if (waiting.open === 0) this.#queue(waiting);
    }
  }

  #entryOf(id: StepId | undefined): Entry | null {
    return (id === undefined ? undefined : this.#entries.get(id)) ?? null;
  }

  #hasPlace({ clusters }: Entry): boolean {
    return clusters.every((cluster) => (this.#running.get(cluster) ?? 0) < this.#perCluster);
  }

  #queue(entry: Entry): void {
    const key = entry.clusters.join("|");
    const list = this.#ready.get(key);
    if (list) list.push(entry.id);
    else this.#ready.set(key, [entry.id]);
  }
}
