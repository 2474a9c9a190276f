// The model's answer against what was seen: the same state, path and identity, and of every failure a reason that looks like it. Pure.
import { equalJson } from "../../src/core/json.ts";
import type { Reached, Reason, ReasonCode } from "../../src/dataplane/reached.ts";
import type { Failure, Seen } from "./seen.ts";

type Looks = (reason: Reason) => readonly Failure[];

const isFar = ({ at }: Reason): boolean => at?.cluster === "west";

/** What a client sees of each reason. A name without a port that is known, or behind TCP, can only end in a reset. */
const looks: Readonly<Record<ReasonCode, Looks>> = {
  // A name without an address; else the proxy passes the connection on to one that nobody answers at, and closes it in the end.
  "no-service": () => ["unresolved", "no-answer", "no-connection", "reset"],
  "no-endpoint": (reason) => (isFar(reason) ? ["reset"] : ["no-endpoint"]),
  "proxy-without-network": () => ["no-endpoint"],
  "no-gateway-address": () => ["no-endpoint"],
  "no-gateway": () => ["no-connection", "no-answer"],
  "not-exposed": () => ["reset"],
  "exposed-twice": () => ["reset"],
  "no-mtls": (reason) => (isFar(reason) ? ["reset", "no-tls"] : ["no-endpoint"]),
  "client-refuses-root": () => ["unknown-root"],
  "server-refuses-root": () => ["certificate-refused", "reset"],
  "name-refused": () => ["wrong-name"],
  "policy-denies": ({ at }) => (at?.kind === "PeerAuthentication" ? ["reset"] : ["denied"]),
  "federation-broken": () => ["no-endpoint", "no-connection", "reset"],
  "federation-stuck": () => ["no-endpoint", "reset"],
  "no-configuration": () => ["unresolved", "no-connection", "reset"],
};

export interface Compared {
  readonly agrees: boolean;
  /** What differs: "state", "path", "identity", "reason". */
  readonly differs: readonly string[];
}

/** `isTcp`: the client's proxy sees no requests, only connections, and closes what fails. */
export function compared(predicted: Reached, seen: Seen, isTcp: boolean): Compared {
  const differs: string[] = [];
  if (predicted.state !== seen.state) differs.push("state");
  else if (predicted.path !== seen.path) differs.push("path");
  if (predicted.state !== "broken" && seen.state !== "broken" && !equalJson(predicted.seenAs, seen.seenAs))
    differs.push("identity");
  if (predicted.state !== "ok" && seen.state !== "ok") {
    const can = new Set(predicted.reasons.flatMap((reason) => looks[reason.code](reason)));
    if (isTcp) can.add("reset");
    if (!seen.failures.every((failure) => can.has(failure))) differs.push("reason");
  }
  return { agrees: differs.length === 0, differs };
}
