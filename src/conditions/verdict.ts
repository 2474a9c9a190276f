// What the judge says: done, or a finding that says what was seen instead.
import type { Finding } from "../core/finding.ts";

export type Verdict =
  | { readonly is: "done" }
  /** Not yet: waiting may help. */
  | { readonly is: "pending"; readonly seen: Finding }
  /** Waiting alone does not help. */
  | { readonly is: "failed"; readonly seen: Finding };

export const done: Verdict = { is: "done" };

export function pending(seen: Finding): Verdict {
  return { is: "pending", seen };
}

export function failed(seen: Finding): Verdict {
  return { is: "failed", seen };
}

/** Of several that must all be done: the first that failed, else the first that is pending. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ is }) => is === "failed") ?? verdicts.find(({ is }) => is === "pending") ?? done;
}
