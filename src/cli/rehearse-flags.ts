// The flags of rehearse, and how a pair of client and host is written. Opens no file.
import { inputFlags, type InputFlags } from "./flags.ts";
import { UserError } from "./user-error.ts";

/** "NAMESPACE/WORKLOAD", or with its cluster in front. */
export interface ClientName {
  readonly cluster: string | null;
  readonly namespace: string;
  readonly name: string;
}

/** "HOST", or "HOST:PORT". */
export interface HostName {
  readonly host: string;
  readonly port: number | null;
}

export interface RehearseFlags extends InputFlags {
  readonly output: "table" | "json" | "yaml";
  readonly steps?: string;
  readonly explain?: ClientName;
}

/** "sales/till", "east/sales/till". */
export function parseClient(text: string): ClientName {
  const parts = text.split("/");
  const [name = "", namespace = "", cluster] = [...parts].reverse();
  if (parts.length >= 2 && parts.length <= 3 && parts.every((part) => part !== ""))
    return { cluster: cluster ?? null, namespace, name };
  throw new UserError({
    what: `--explain ${text}: not of the form NAMESPACE/WORKLOAD`,
    todo: "Name the client's workload, and behind it the host that it dials: --explain sales/till orders.shop.svc.cluster.local",
  });
}

/** "orders.shop.svc.cluster.local:8000" → host and port. */
export function parseHost(text: string): HostName {
  const [, host = text, digits] = /^([^:]*):(\d{1,5})$/u.exec(text) ?? [];
  return { host, port: digits === undefined ? null : Number(digits) };
}

export const rehearseFlags = {
  ...inputFlags,
  output: { kind: "enum", values: ["table", "json", "yaml"], brief: "What to print", default: "table" },
  steps: {
    kind: "parsed",
    parse: String,
    brief: "This phase's steps across, instead of all phases",
    placeholder: "PHASE",
    optional: true,
  },
  explain: {
    kind: "parsed",
    parse: parseClient,
    brief: "NAMESPACE/WORKLOAD, and behind it HOST or HOST:PORT: the way of its requests, hop by hop",
    placeholder: "CLIENT",
    optional: true,
  },
} as const;
