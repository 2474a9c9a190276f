// Asks again for what failed for a moment: for reading only, where asking twice does no harm.
import { setTimeout as after } from "node:timers/promises";
import { ApiFailure, isTransient } from "./api-failure.ts";

const pausesMs = [500, 1_000, 2_000];
/** A server that wants to be left alone for longer is waited for no longer than this. */
const longestPauseMs = 30_000;

export async function again<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const pause = pausesMs[attempt];
      if (!(error instanceof ApiFailure) || !isTransient(error) || pause === undefined) throw error;
      await after(Math.min(Math.max(error.retryAfterMs ?? 0, pause), longestPauseMs), undefined, { signal });
    }
  }
}
