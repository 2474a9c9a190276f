// Waits for conditions that nobody announces, by looking again and again, and never for ever.
import { setTimeout as after } from "node:timers/promises";
import { LabTrouble } from "./trouble.ts";

export interface Patience {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
  /** What to say of the state of things when time ran out. */
  readonly state?: () => string | Promise<string>;
}

/** The first value of `look` that is not null. */
export async function until<T>(what: string, look: () => Promise<T | null>, patience: Patience): Promise<T> {
  const { timeoutMs, everyMs = 50, signal, state } = patience;
  const end = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const value = await look();
    if (value !== null) return value;
    if (Date.now() > end) break;
    await after(everyMs);
  }
  const why = state === undefined ? "it stayed as it was" : await state();
  throw new LabTrouble(`${what}: not so after ${timeoutMs / 1000} s`, why, "the machine may be too busy; run it again");
}
