// What becomes of a client's requests to a host, over all the ways that they can take.
import { canonicalJson } from "../core/json.ts";
import { refKey } from "../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import type { Host } from "../core/ids.ts";
import type { Reached, Reason, Way } from "../dataplane/reached.ts";
import { type Client, type Look, waysOf } from "./ways.ts";

/** The outcome of requests from the client to the host and port. */
export function reach(look: Look, client: Client, host: Host, port: number): Reached {
  return summary(waysOf(look, client, host, port), host);
}

/** What several ways come to: requests are spread over all of them. */
export function summary(ways: readonly Way[], host: Host): Reached {
  const [only] = ways;
  // As most are.
  if (ways.length === 1 && only?.reason === null) {
    const { path, seenAs } = only;
    return { state: "ok", path, good: 1, of: 1, seenAs: seenAs === null ? [] : [seenAs], reasons: [] };
  }
  const arriving = ways.filter(({ reason }) => reason === null);
  const paths = sortedUnique(arriving.map(({ path }) => path));
  const [path = "none"] = paths;
  const reasons = ways.flatMap(({ reason }) => reason ?? []);
  const none: Reason = { code: "no-service", at: null, params: { host } };
  return {
    state: arriving.length === 0 ? "broken" : arriving.length === ways.length ? "ok" : "degraded",
    path: paths.length > 1 ? "mixed" : path,
    good: arriving.length,
    of: ways.length,
    seenAs: sortedUnique(arriving.flatMap(({ seenAs }) => seenAs ?? [])),
    reasons: ways.length === 0 ? [none] : distinctReasons(reasons),
  };
}

function distinctReasons(reasons: readonly Reason[]): readonly Reason[] {
  const key = (reason: Reason): string =>
    `${reason.code}|${reason.at === null ? "" : refKey(reason.at)}|${canonicalJson(reason.params)}`;
  return sortedBy(new Map(reasons.map((reason) => [key(reason), reason])).values(), key);
}
