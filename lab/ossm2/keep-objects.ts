// Makes a cluster hold the objects that it should: writes what differs, then takes away what should not be there.
import { canonicalJson, type JsonObject } from "../../src/core/json.ts";
import { ApiError } from "../api/api-error.ts";
import { type LiveObject, type Manifest, nameOf, type ObjectName } from "../api/live-object.ts";
import type { ClusterStore, WatchedKind } from "./cluster-store.ts";
import { textAt } from "./read-fields.ts";

export type Log = (event: string, facts: JsonObject) => void;

/** What was written last, by object: the API server fills in fields, so objects cannot be compared with manifests. */
export class ObjectKeeper {
  readonly #store: ClusterStore;
  readonly #owner: string;
  readonly #log: Log;
  readonly #written = new Map<string, string>();
  #refusedForNow = false;

  constructor(store: ClusterStore, owner: string, log: Log) {
    this.#store = store;
    this.#owner = owner;
    this.#log = log;
  }

  /** Whether the last writing met a server that could not answer, as while istiod, which checks objects, starts. */
  get refusedForNow(): boolean {
    return this.#refusedForNow;
  }

  /** Writes the manifests in their order of rank, those of one rank at once. */
  async write(manifests: readonly Manifest[], rank: (manifest: Manifest) => number = () => 0): Promise<void> {
    this.#refusedForNow = false;
    const ranks = [...new Set(manifests.map(rank))].sort((left, right) => left - right);
    for (const each of ranks)
      await Promise.all(
        manifests.filter((manifest) => rank(manifest) === each).map((manifest) => this.#write(manifest)),
      );
  }

  async remove(objects: readonly LiveObject[]): Promise<void> {
    await Promise.all(
      objects.map(async (object) => {
        await this.#store.api.delete(nameOf(object));
        const { namespace = "", name } = object.metadata;
        this.#store.forget(object.kind, namespace, name);
        this.#written.delete(keyOf(object));
        this.#log("removed", { kind: object.kind, namespace, name });
      }),
    );
  }

  /** Of a kind that nobody watches. */
  async removeNamed(name: ObjectName): Promise<void> {
    await this.#store.api.delete(name);
    this.#written.delete([name.kind, name.namespace ?? "", name.name].join("/"));
  }

  async #write(manifest: Manifest): Promise<void> {
    const key = keyOf(manifest);
    const text = canonicalJson(manifest);
    const { kind } = manifest;
    const namespace = textAt(manifest, "/metadata/namespace");
    const name = textAt(manifest, "/metadata/name");
    const isThere = !this.#store.watches(kind) || this.#store.get(kind as WatchedKind, namespace, name) !== undefined;
    if (isThere && this.#written.get(key) === text) return;
    try {
      const written = await this.#store.api.apply(manifest, this.#owner);
      this.#store.remember(written);
      this.#written.set(key, text);
      this.#log("written", { kind, namespace, name });
    } catch (error) {
      // A namespace that is being deleted, a webhook that is away, a manifest that Istio refuses: tried again with the next turn.
      if (!(error instanceof ApiError)) throw error;
      if (error.status >= 500) this.#refusedForNow = true;
      this.#log("refused", { kind, namespace, name, error: error.message });
    }
  }
}

export function keyOf(object: Manifest): string {
  return [object.kind, textAt(object, "/metadata/namespace"), textAt(object, "/metadata/name")].join("/");
}

/** Writes a status that differs; what the API server refuses stays as it was, as with the real controller. */
export async function keepStatus(store: ClusterStore, object: LiveObject, status: JsonObject, log: Log): Promise<void> {
  const before = object["status"] ?? {};
  const wanted = { ...(before as JsonObject), ...status };
  if (canonicalJson(before) === canonicalJson(wanted)) return;
  try {
    store.remember(await store.api.patch(nameOf(object), "merge", { status }, "status"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Gone meanwhile.
    if (error.status !== 404)
      log("status refused", { kind: object.kind, name: object.metadata.name, error: error.message });
  }
}
