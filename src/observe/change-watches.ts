// Says when it is worth looking again: watches of the objects that were asked for. What they hold is asked of the server itself.
import type { ClusterId } from "../core/ids.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { World } from "./world.ts";

/** What one watch follows. */
export interface Selection {
  readonly cluster: ClusterId;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly labels?: string;
  readonly fields?: string;
}

/** A server holds a connection for each; beyond that number it is asked at intervals. */
const mostWatches = 100;

export class ChangeWatches {
  readonly #world: Pick<World, "clients">;
  readonly #signal: AbortSignal;
  readonly #changed: () => void;
  readonly #followed = new Set<string>();
  #unwatched = false;

  /** `changed` is called at every change; the watches end with the signal. */
  constructor(world: Pick<World, "clients">, signal: AbortSignal, changed: () => void) {
    this.#world = world;
    this.#signal = signal;
    this.#changed = changed;
  }

  /** Whether something was asked for that no watch follows. */
  get unwatched(): boolean {
    return this.#unwatched;
  }

  follow(selection: Selection): void {
    const { cluster, group, kind, namespace, labels = "", fields = "" } = selection;
    const key = [cluster, group, kind, namespace ?? "", labels, fields].join("|");
    if (this.#followed.has(key)) return;
    if (this.#followed.size >= mostWatches) {
      this.#unwatched = true;
      return;
    }
    this.#followed.add(key);
    void this.#run(selection);
  }

  async #run({ cluster, group, kind, namespace, labels, fields }: Selection): Promise<void> {
    const options = {
      ...(namespace === null ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(fields === undefined ? {} : { fields }),
      metadataOnly: group === "" && kind === "Secret",
    };
    try {
      const client = this.#world.clients.get(cluster);
      if (client === undefined) return;
      // It begins with what is there, so that nothing is missed between the last look and the watch.
      for await (const _ of client.watch({ group, kind }, options, this.#signal)) this.#changed();
    } catch (error) {
      // A kind that is not installed, or may not be watched: looking at intervals says the same.
      if (!(error instanceof ApiFailure)) throw error;
      this.#unwatched = true;
      this.#changed();
    }
  }
}
