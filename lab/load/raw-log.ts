// Reads what the clients in the pod wrote: one JSON line for each request.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { LoadClient } from "./load-client.ts";

export interface LoadRecord {
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly begun: number;
  readonly milliseconds: number;
  /** Null when it was answered as wanted. */
  readonly failure: string | null;
  /** The URIs by which the server's proxy knows the caller; "" where nothing was said. */
  readonly caller: string;
}

/** A line that cannot be read is an error: a log with a hole proves nothing. */
export function readRawLog(text: string, clients: readonly LoadClient[]): readonly LoadRecord[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value = JSON.parse(line) as Json;
      const { c, t, d, e, i } = isJsonObject(value) ? value : {};
      const client = typeof c === "number" ? clients[c]?.name : undefined;
      if (client === undefined || typeof t !== "number" || typeof d !== "number")
        throw new Error(`no record of a request: ${line.slice(0, 200)}`);
      return {
        client,
        begun: t,
        milliseconds: d,
        failure: typeof e === "string" ? e : null,
        caller: typeof i === "string" ? i : "",
      };
    });
}
