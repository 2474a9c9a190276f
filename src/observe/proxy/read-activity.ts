// What is under way at a proxy, by the connections that it holds to others.
import type { Json } from "../../core/json.ts";
import type { HostPort } from "./read-hosts.ts";
import { clusterName } from "./read-hosts.ts";
import { count, objects, text } from "../read.ts";

/** Per host counters are always kept; listeners' own are left out by Istio's bootstrap (Istio 1.20, tools/packaging/common). */
export const clustersPath = "clusters?format=json";

/** Federation's discovery, a stream between the control planes that ends with the peers (Maistra 2.5, federation/discovery). */
const discoveryPort = "8188";

/** Connections to others; a gateway that routes TCP has one for each connection of a client. */
export function activeConnections(clusters: Json): number {
  let active = 0;
  for (const cluster of objects(clusters, "/cluster_statuses")) {
    const [direction, port] = text(cluster, "/name").split("|");
    // Its own: istiod, the agent, metrics. They have no direction.
    if (direction !== "outbound" && direction !== "inbound" && direction?.startsWith("outbound_.") !== true) continue;
    if (port === discoveryPort) continue;
    for (const host of objects(cluster, "/host_statuses")) active += counter(host, "cx_active");
  }
  return active;
}

export interface Connections {
  /** That the proxy has begun until now. */
  readonly begun: number;
  /** Of these, how many came to nothing: nobody there, or a handshake that failed. */
  readonly failed: number;
}

/** A proxy's connections to the endpoints of a host. */
export function connectionsTo(clusters: Json, to: HostPort): Connections {
  const name = clusterName(to);
  const hosts = objects(clusters, "/cluster_statuses")
    .filter((cluster) => text(cluster, "/name") === name)
    .flatMap((cluster) => objects(cluster, "/host_statuses"));
  const sum = (of: string): number => hosts.reduce((all, host) => all + counter(host, of), 0);
  return { begun: sum("cx_total"), failed: sum("cx_connect_fail") };
}

function counter(host: Json, name: string): number {
  return count(
    objects(host, "/stats").find((each) => each["name"] === name),
    "/value",
  );
}
