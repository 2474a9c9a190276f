// The counters by which a client's Envoy says what it hid: requests that it sent again, connections that failed.

/** By Envoy's cluster and counter, "outbound|8000||a.example upstream_rq_retry". */
export type EnvoyCounters = ReadonlyMap<string, number>;

const counters = [
  "upstream_rq_retry",
  "upstream_rq_retry_success",
  "upstream_rq_retry_limit_exceeded",
  "upstream_cx_connect_fail",
  "upstream_cx_connect_timeout",
  "upstream_cx_none_healthy",
];

/** For the proxy's configuration: Istio's proxies keep few counters of clusters unless they are told to. */
export const keptCounters = `cluster\\.outbound.*\\.(${counters.join("|")})$`;

/** From the text of Envoy's /stats. Istio ends the name of a cluster in ";" there from 1.24 on. */
export function readCounters(stats: string): EnvoyCounters {
  const read = new Map<string, number>();
  for (const line of stats.split("\n")) {
    const [, cluster, counter, value] = /^cluster\.(outbound.+?);?\.([a-z_]+): (\d+)$/.exec(line.trim()) ?? [];
    if (cluster !== undefined && counter !== undefined && counters.includes(counter))
      read.set(`${cluster} ${counter}`, Number(value));
  }
  return read;
}

/** What was added, without the counters that stood still. */
export function counted(before: EnvoyCounters, after: EnvoyCounters): EnvoyCounters {
  const added = [...after].map(([name, value]): [string, number] => [name, value - (before.get(name) ?? 0)]);
  return new Map(added.filter(([, value]) => value !== 0));
}

/** The sum of one counter over the clusters of a host. */
export function sumOf(added: EnvoyCounters, counter: string, host: string): number {
  return [...added]
    .filter(([name]) => name.endsWith(` ${counter}`) && name.includes(`|${host} `))
    .reduce((sum, [, value]) => sum + value, 0);
}
