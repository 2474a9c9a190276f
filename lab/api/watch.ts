// Follows a kind's objects: first those that are there, then every change, over ended watches and restarts of the server.
import { setTimeout as after } from "node:timers/promises";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { ApiError } from "./api-error.ts";
import type { KubeApi, Selection } from "./kube-api.ts";
import type { KindRef, LiveObject, WatchEvent } from "./live-object.ts";

const pauseMs = 200;

/** What a watch asks of the API. */
export type Watchable = Pick<KubeApi, "list" | "watchLines">;

/**
 * Yields what changes until the signal ends it. After "410 Gone" the objects are listed anew and the difference is
 * yielded, so that the sequence of events always leads to what the server has.
 */
export async function* watch(
  api: Watchable,
  of: KindRef,
  selection: Selection,
  signal: AbortSignal,
): AsyncIterable<WatchEvent> {
  const known = new Map<string, LiveObject>();
  let from: string | null = null;
  while (!signal.aborted) {
    try {
      if (from === null) {
        const { items, resourceVersion } = await api.list(of, selection);
        yield* difference(known, items);
        from = resourceVersion;
      }
      for await (const line of api.watchLines(of, selection, from, signal)) {
        const seen = readLine(line);
        if (seen === null) continue;
        from = seen.object.metadata.resourceVersion;
        if (seen.type === "BOOKMARK") continue;
        remember(known, { type: seen.type, object: seen.object });
        yield { type: seen.type, object: seen.object };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) from = null;
      else if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      // Otherwise the server is away for a moment: it is asked again where it was left.
      else await after(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** "410 Gone": the answer to the request, or an event of type ERROR within the stream. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

interface Line {
  readonly type: WatchEvent["type"] | "BOOKMARK";
  readonly object: LiveObject;
}

export function readLine(line: string): Line | null {
  if (line.trim() === "") return null;
  const value = JSON.parse(line) as Json;
  if (!isJsonObject(value)) return null;
  if (value["type"] === "ERROR") {
    const status = value["object"];
    const code = isJsonObject(status) ? status["code"] : undefined;
    throw new ApiError("watch", typeof code === "number" ? code : 500, JSON.stringify(status ?? null));
  }
  return value as unknown as Line;
}

/** What leads from the objects known so far to those that are there now. */
export function* difference(known: Map<string, LiveObject>, items: readonly LiveObject[]): Iterable<WatchEvent> {
  const uids = new Set(items.map((item) => item.metadata.uid));
  for (const object of known.values()) if (!uids.has(object.metadata.uid)) yield { type: "DELETED", object };
  for (const uid of [...known.keys()]) if (!uids.has(uid)) known.delete(uid);
  for (const object of items) {
    const before = known.get(object.metadata.uid);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    const event: WatchEvent = { type: before === undefined ? "ADDED" : "MODIFIED", object };
    remember(known, event);
    yield event;
  }
}

function remember(known: Map<string, LiveObject>, { type, object }: WatchEvent): void {
  if (type === "DELETED") known.delete(object.metadata.uid);
  else known.set(object.metadata.uid, object);
}
