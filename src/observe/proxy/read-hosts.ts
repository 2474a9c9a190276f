// Where a proxy would send requests for hosts, and which servers it would accept there.
import type { Host } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Endpoint, HostView } from "../../conditions/facts.ts";
import { count, list, objects, text } from "../read.ts";
import type { AskProxy } from "./ask-proxy.ts";

export interface HostPort {
  readonly host: Host;
  readonly port: number;
}

/** The name of the cluster without a subset (Istio, model.BuildSubsetKey). */
export function clusterName({ host, port }: HostPort): string {
  return `outbound|${port}||${host}`;
}

/** Envoy limits the length of a path. */
const namesAtOnce = 60;

/** By clusterName; a host that the proxy does not know is missing. */
export async function readHosts(ask: AskProxy, wanted: readonly HostPort[]): Promise<ReadonlyMap<string, HostView>> {
  const found = new Map<string, HostView>();
  for (let at = 0; at < wanted.length; at += namesAtOnce) {
    const names = wanted.slice(at, at + namesAtOnce).map(clusterName);
    const filter = `name_regex=${encodeURIComponent(`^(${names.map(escaped).join("|")})$`)}`;
    const clusters = await ask(`config_dump?resource=dynamic_active_clusters&${filter}`);
    const endpoints = await ask(`config_dump?include_eds&resource=dynamic_endpoint_configs&${filter}`);
    const byName = endpointsIn(endpoints);
    for (const { cluster = null } of objects(clusters, "/configs")) {
      const name = text(cluster, "/name");
      if (names.includes(name)) found.set(name, { endpoints: byName.get(name) ?? [], names: namesIn(cluster) });
    }
  }
  return found;
}

/** A name in a regular expression of RE2. */
export function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}

/** An endpoint counts as healthy unless Envoy says otherwise, whether by health checks, outlier detection or istiod. */
export function endpointsIn(dump: Json): ReadonlyMap<string, readonly Endpoint[]> {
  const found = new Map<string, readonly Endpoint[]>();
  for (const { endpoint_config: config = null } of objects(dump, "/configs")) {
    const endpoints = objects(config, "/endpoints").flatMap((locality) =>
      objects(locality, "/lb_endpoints").map((each): Endpoint => {
        const status = text(each, "/health_status");
        return {
          address: text(each, "/endpoint/address/socket_address/address"),
          port: count(each, "/endpoint/address/socket_address/port_value"),
          healthy: status === "" || status === "HEALTHY" || status === "UNKNOWN",
        };
      }),
    );
    found.set(text(config, "/cluster_name"), endpoints);
  }
  return found;
}

const tlsContext = "/transport_socket/typed_config/common_tls_context";

/** Of the socket for endpoints that speak Istio's mTLS: one of several by label (auto mTLS), or the only one. */
export function namesIn(cluster: Json): readonly string[] {
  const sockets = objects(cluster, "/transport_socket_matches");
  const mutual = sockets.find((each) => text(each, "/match/tlsMode") === "istio") ?? cluster;
  const matchers = ["combined_validation_context/default_validation_context", "validation_context"].flatMap(
    (context) => [
      ...list(mutual, `${tlsContext}/${context}/match_subject_alt_names`),
      // Since Envoy 1.18 each may say which type of name it is about.
      ...objects(mutual, `${tlsContext}/${context}/match_typed_subject_alt_names`).map(
        (each) => each["matcher"] ?? null,
      ),
    ],
  );
  return sortedUnique(matchers.map(matcherText));
}

/** An exact name as it is; any other matcher accepts more than one, and is no name that is ever wanted. */
function matcherText(matcher: Json): string {
  const exact = text(matcher, "/exact");
  return exact === "" ? JSON.stringify(matcher) : exact;
}
