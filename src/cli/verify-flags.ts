// The flags of verify. Opens no file.
import { statusFlags, type StatusFlags } from "./run-flags.ts";

export interface VerifyFlags extends StatusFlags {
  readonly fresh?: boolean;
  readonly probeImage?: string;
  readonly noProbePods?: boolean;
}

const flag = (brief: string) => ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;

export const verifyFlags = {
  ...statusFlags,
  fresh: flag("Ask from short-lived pods alone, whose proxies start for it"),
  probeImage: {
    kind: "parsed",
    parse: String,
    brief: "The image of short-lived pods (default: the client's own sidecar)",
    placeholder: "IMAGE",
    optional: true,
  },
  noProbePods: flag("Make no pods: what the clients' own containers cannot ask is not checked"),
} as const;
