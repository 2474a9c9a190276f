// What a client's requests met on real proxies, in words that can be held against the model's. Pure.
import type { Json } from "../../src/core/json.ts";
import { sortedUnique } from "../../src/core/order.ts";
import type { Path } from "../../src/dataplane/reached.ts";
import { parsedBody } from "../mesh/ask.ts";
import type { Asked, Met } from "./ask-agents.ts";

/** What the failure of a request looks like to its client. */
export const failures = [
  /** The name has no address. */
  "unresolved",
  /** Nothing answers, and nothing says so. */
  "no-answer",
  /** The client's proxy has the service, and no endpoint of it (Envoy: UH, NC). */
  "no-endpoint",
  /** Nothing took the connection at the endpoint's address (Envoy: UF, without TLS). */
  "no-connection",
  /** Something took the connection and ended it before it said a word (Envoy: UC, UF with a reset). */
  "reset",
  /** The client does not know the server's root. */
  "unknown-root",
  /** The server has another name. */
  "wrong-name",
  /** The server ended the handshake with an alert about the client's certificate. */
  "certificate-refused",
  /** The server does not speak TLS. */
  "no-tls",
  /** The server's proxy said no. */
  "denied",
  "other",
] as const;
export type Failure = (typeof failures)[number];

/** One request, answered by a server or not. */
export interface Fate {
  /** null: it was answered by a server. */
  readonly failure: Failure | null;
  /** Of an answered one "NAMESPACE" of the server, and who it saw, without "spiffe://"; null: nobody. */
  readonly server: string;
  readonly seenAs: string | null;
  /** Envoy's own words, for whoever looks. */
  readonly said: string;
}

/** Envoy's words about a certificate that it refuses do not say why: its counters do. */
export function fatesOf({ met, refused }: Asked): readonly Fate[] {
  const why = refused.san > 0 ? "wrong-name" : "unknown-root";
  return met.map(fateOf).map((fate) => (fate.failure === "unknown-root" ? { ...fate, failure: why } : fate));
}

export function fateOf({ status, body, trouble }: Met): Fate {
  const told = parsedBody(body);
  const { namespace } = told;
  if (status === 200 && typeof namespace === "string") {
    const hops = Array.isArray(told["hops"]) ? (told["hops"] as readonly Json[]) : [];
    const last = hops.at(-1);
    return {
      failure: null,
      server: namespace,
      seenAs: typeof last === "string" ? last.replace("spiffe://", "") : null,
      said: "",
    };
  }
  const said = `${status === 0 ? trouble : status} ${body}`.trim().slice(0, 300);
  return { failure: failureOf(status, body, trouble), server: "", seenAs: null, said };
}

/** By Envoy's answers (1.36; source/common/http and source/common/tls), and by what sockets say. */
function failureOf(status: number, body: string, trouble: string): Failure {
  if (trouble === "unresolved") return "unresolved";
  if (trouble === "timeout") return "no-answer";
  // TCP: the client's own proxy took the connection, and had to close it again.
  if (status === 0) return "reset";
  if (status === 403) return "denied";
  if (/no healthy upstream/u.test(body)) return "no-endpoint";
  if (status === 503 && body === "") return "no-endpoint";
  if (/CERTIFICATE_VERIFY_FAILED/u.test(body)) return "unknown-root";
  if (/ALERT/u.test(body)) return "certificate-refused";
  if (/WRONG_VERSION_NUMBER/u.test(body)) return "no-tls";
  if (/Connection_refused|Connection refused|No_route_to_host|No route|connection timeout|unreachable/iu.test(body))
    return "no-connection";
  if (/connection termination|reset before headers|Connection_reset|Connection reset/iu.test(body)) return "reset";
  return "other";
}

/** A line of a proxy's access log, in Istio's default format. */
export interface LogLine {
  readonly flags: string;
  readonly details: string;
  readonly failure: string;
  /** "ADDRESS:PORT", "-" where none was chosen. */
  readonly upstream: string;
  readonly cluster: string;
}

const logFormat =
  /^\[[^\]]*\] "(?<request>[^"]*)" \d+ (?<flags>\S+) (?<details>\S+) \S+ "(?<failure>[^"]*)" \d+ \d+ \d+ \S+ "[^"]*" "[^"]*" "[^"]*" "[^"]*" "(?<upstream>[^"]*)" (?<cluster>\S+)/u;

/** The lines of the requests whose path begins in one of these ways, or, of TCP, of connections to the host. */
export function linesOf(log: readonly string[], paths: readonly string[], host: string): readonly LogLine[] {
  return log.flatMap((line) => {
    const parts = logFormat.exec(line)?.groups;
    if (!parts) return [];
    const { request = "", flags = "", details = "", failure = "", upstream = "", cluster = "" } = parts;
    const isHttp = paths.some((path) => request.startsWith(`GET ${path}-`));
    const isTcp = request === "- - -" && cluster.endsWith(`|${host}`);
    return isHttp || isTcp ? [{ flags, details, failure, upstream, cluster }] : [];
  });
}

/** All of one case's requests. */
export interface Seen {
  readonly state: "ok" | "degraded" | "broken";
  readonly path: Path | "mixed" | "none";
  readonly seenAs: readonly string[];
  readonly failures: readonly Failure[];
  /** How many of how many were answered. */
  readonly good: number;
  readonly of: number;
  /** What Envoy said of the others, each once; and the flags of its log. */
  readonly said: readonly string[];
  readonly flags: readonly string[];
}

export function seenOf(fates: readonly Fate[], paths: readonly Path[], flags: readonly string[]): Seen {
  const good = fates.filter(({ failure }) => failure === null).length;
  const ways = sortedUnique(good === 0 ? [] : paths);
  const [path = "none"] = ways;
  return {
    state: good === 0 ? "broken" : good === fates.length ? "ok" : "degraded",
    path: ways.length > 1 ? "mixed" : path,
    seenAs: sortedUnique(fates.flatMap(({ seenAs }) => seenAs ?? [])),
    failures: sortedUnique(fates.flatMap(({ failure }) => failure ?? [])),
    good,
    of: fates.length,
    said: sortedUnique(fates.flatMap(({ said }) => (said === "" ? [] : [said]))),
    flags: sortedUnique(flags.filter((each) => each !== "-")),
  };
}
