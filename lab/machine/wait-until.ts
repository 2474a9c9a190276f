// Waits for a condition, never for a time: asks until it holds, and says what was awaited when it does not.
import { setTimeout as pause } from "node:timers/promises";
import { LabTrouble } from "./trouble.ts";

export interface Wait {
  readonly what: string;
  readonly withinMs: number;
  readonly everyMs?: number;
  readonly todo: string;
}

/** Gives what `ask` answers once that is not null. */
export async function waitUntil<T>(wait: Wait, ask: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + wait.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end)
      throw new LabTrouble(wait.what, `it did not come true within ${wait.withinMs / 1000} s`, wait.todo);
    await pause(wait.everyMs ?? 100);
  }
}
