// The flags of `certs`, and how their texts are read. Opens no file, and loads no certificate library.
import type { SharedFlags } from "./flags.ts";
import { UserError } from "./user-error.ts";

export interface CertsCreateFlags extends SharedFlags {
  readonly mesh: readonly string[];
  readonly out: string;
  readonly key: "rsa" | "ec";
  readonly organization?: string;
  readonly rootCn?: string;
  readonly intermediateCn?: string;
  readonly sharedRoot?: boolean;
  readonly daysRoot?: number;
  readonly daysIntermediate?: number;
  readonly manifests?: boolean;
  readonly namespace?: string;
  readonly peerConfigMap?: string;
  readonly force?: boolean;
}

export interface CertsInspectFlags extends SharedFlags {
  readonly output: "table" | "json";
  readonly asOf?: Date;
}

/** "730" → 730. Which numbers make sense is judged with the other flags. */
export function parseDays(text: string): number {
  if (/^\d{1,6}$/u.test(text)) return Number(text);
  throw new UserError({
    what: `${JSON.stringify(text)} is not a number of days`,
    todo: "Give whole days: --days-root 3650",
  });
}

/** "2026-12-31" (its first moment in UTC) or "2026-12-31T12:00:00Z". */
export function parseTime(text: string): Date {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/u;
  const time = new Date(text);
  // Date.parse carries 30 February over into March.
  const rightDay = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(rightDay.getTime()) && rightDay.toISOString().startsWith(text.slice(0, 10));
  if (form.test(text) && exists && !Number.isNaN(time.getTime())) return time;
  throw new UserError({
    what: `--as-of ${text}: not a day or time`,
    todo: "Give a day or a time with its zone: --as-of 2026-12-31, --as-of 2026-12-31T12:00:00Z",
  });
}
