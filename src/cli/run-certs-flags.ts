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
  readonly root?: string;
  readonly daysRoot?: number;
  readonly daysIntermediate?: number;
  readonly manifests?: boolean;
  readonly namespace?: string;
  readonly peerConfigMap?: string;
  readonly force?: boolean;
  readonly output: "text" | "json";
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
