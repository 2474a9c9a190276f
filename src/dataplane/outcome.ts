// What became of requests between a client and a host: the word that probes, conditions and the rehearsal share.

export interface Outcome {
  /** "not-checked": nothing could be sent, which is never the same as fine. */
  readonly state: "ok" | "degraded" | "broken" | "not-checked";
  /** Requests that the server answered, of all that were sent. */
  readonly good: number;
  readonly of: number;
  /** What the others met, or why nothing was sent; "" where all were answered. */
  readonly said: string;
}

/** The outcome of requests that were sent; `said` is what the failures met. */
export function outcomeOf(good: number, of: number, said: string): Outcome {
  if (of === 0) return notChecked("no request was sent");
  if (good === of) return { state: "ok", good, of, said: "" };
  return { state: good === 0 ? "broken" : "degraded", good, of, said };
}

export function notChecked(why: string): Outcome {
  return { state: "not-checked", good: 0, of: 0, said: why };
}
