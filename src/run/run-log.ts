// The one stream of a run's events: numbered and dated here, then to the journal, then to whoever shows them.
import type { Clock } from "./clock.ts";
import type { JournalWriter } from "./journal.ts";
import { isKept, type RunEvent, type RunEventBody } from "./run-event.ts";

export type Listener = (event: RunEvent) => void;

/** `journal` null: a dry run, which keeps nothing. */
export function runLog(
  journal: Pick<JournalWriter, "append"> | null,
  lastSeq: number,
  clock: Clock,
  listeners: readonly Listener[],
): (event: RunEventBody) => Promise<void> {
  let seq = lastSeq;
  return async (body) => {
    seq += 1;
    const event: RunEvent = { v: 1, seq, at: clock.date().toISOString(), ...body };
    if (isKept(body)) await journal?.append(event);
    for (const listener of listeners) listener(event);
  };
}
