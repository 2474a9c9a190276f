// Follows a kind's objects: first those that are there, then every change, over ended watches, 410 and restarts of the server.
import { setTimeout as after } from "node:timers/promises";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { ApiFailure, isTransient } from "./api-failure.ts";
import type { ChangeEvent, Listed } from "./cluster-client.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { failureOfEvent } from "./status.ts";

export interface WatchPort {
  list(signal: AbortSignal): Promise<Listed>;
  /** The lines of a watch from a version on; ends when the server ends it, throws an ApiFailure when it breaks. */
  lines(from: string, signal: AbortSignal): Promise<AsyncIterable<string>>;
  object(body: JsonObject): KubeObject;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;

export async function* follow(port: WatchPort, signal: AbortSignal): AsyncIterable<ChangeEvent> {
  let from: string | null = null;
  let listed = false;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      if (from === null) {
        const { objects, resourceVersion } = await port.list(signal);
        if (listed) yield { type: "restarted" };
        listed = true;
        for (const object of objects) yield { type: "added", object };
        from = resourceVersion;
      }
      for await (const line of await port.lines(from, signal)) {
        const seen = readLine(line);
        if (seen === null) continue;
        pauseMs = firstPauseMs;
        from = versionOf(seen.body) ?? from;
        if (seen.type !== "bookmark") yield { type: seen.type, object: port.object(seen.body) };
      }
      // The server ends a watch after a while; one that ends at once, again and again, is not asked without a pause.
      await pause(firstPauseMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiFailure)) throw error;
      if (error.reason === "gone") from = null;
      else if (!isTransient(error)) throw error;
      await pause(Math.max(error.retryAfterMs ?? 0, pauseMs), signal);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => {});
}

const types = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted", BOOKMARK: "bookmark" } as const;

interface Line {
  readonly type: (typeof types)[keyof typeof types];
  readonly body: JsonObject;
}

/** An event of type ERROR is the server's refusal to go on. */
export function readLine(line: string): Line | null {
  if (line.trim() === "") return null;
  const value = parsed(line);
  if (!isJsonObject(value)) return null;
  const { type, object } = value;
  if (type === "ERROR") throw failureOfEvent("watch", object ?? null);
  if (typeof type !== "string" || !Object.hasOwn(types, type) || !isJsonObject(object)) return null;
  return { type: types[type as keyof typeof types], body: object };
}

function parsed(line: string): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    throw new ApiFailure({ reason: "unreachable", request: "watch", message: "the watch broke off within an event" });
  }
}

function versionOf(body: JsonObject): string | null {
  const metadata = body["metadata"];
  const version = isJsonObject(metadata) ? metadata["resourceVersion"] : undefined;
  return typeof version === "string" && version !== "" ? version : null;
}
