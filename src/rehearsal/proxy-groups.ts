// What running proxies have in their memory: most have the same, so each different memory is kept once for all who have it.
import type { Hash } from "../core/hash.ts";
import type { MeshId } from "../core/ids.ts";
import { TextMap } from "./text-map.ts";

/** What a running proxy has in its memory. */
export interface ProxyMemory {
  /** Its own network, as its environment said when it started. */
  readonly network: string | null;
  readonly roots: readonly Hash[];
  /** By trust domain, where it validates so; null: the roots count for every domain. */
  readonly domains: ReadonlyMap<string, readonly Hash[]> | null;
  /** Whether istiod has given it any configuration. */
  readonly configured: boolean;
}

/** Proxies of a mesh that have had the same in their memory since they were put together. */
export interface ProxyGroup {
  readonly mesh: MeshId;
  readonly memory: ProxyMemory;
  /** memoryKey of it. */
  readonly key: string;
}

export interface Proxies {
  /** By refKey of the workload: its group's place. */
  readonly groupOf: TextMap<number>;
  readonly groups: readonly ProxyGroup[];
}

export function noProxies(): Proxies {
  return { groupOf: TextMap.from([]), groups: [] };
}

/** The group of a workload (refKey); undefined: nobody has seen its proxies start. */
export function groupOf({ groupOf: places, groups }: Proxies, workload: string): ProxyGroup | undefined {
  const place = places.get(workload);
  return place === undefined ? undefined : groups[place];
}

/** With the workload's (refKey) proxies having this in their memory. */
export function withMemory(proxies: Proxies, workload: string, mesh: MeshId, memory: ProxyMemory): Proxies {
  const { groups } = proxies;
  const key = memoryKey(memory);
  const known = groups.findIndex((group) => group.mesh === mesh && group.key === key);
  const place = known < 0 ? groups.length : known;
  if (proxies.groupOf.get(workload) === place) return proxies;
  return {
    groupOf: proxies.groupOf.set(workload, place),
    groups: known < 0 ? [...groups, { mesh, memory, key }] : groups,
  };
}

/** Without the workload (refKey). */
export function withoutMemory(proxies: Proxies, workload: string): Proxies {
  return proxies.groupOf.has(workload) ? { ...proxies, groupOf: proxies.groupOf.delete(workload) } : proxies;
}

/** With the memory of each group of a mesh changed. */
export function mapMemories(proxies: Proxies, mesh: MeshId, change: (group: ProxyGroup) => ProxyMemory): Proxies {
  let isSame = true;
  const groups = proxies.groups.map((group): ProxyGroup => {
    if (group.mesh !== mesh) return group;
    const memory = change(group);
    const key = memory === group.memory ? group.key : memoryKey(memory);
    if (key === group.key) return group;
    isSame = false;
    return { mesh, memory, key };
  });
  return isSame ? proxies : { ...proxies, groups };
}

/** One text for each different memory. */
export function memoryKey({ network, roots, domains, configured }: ProxyMemory): string {
  const byDomain =
    domains === null
      ? ""
      : [...domains]
          .map(([domain, its]) => `${domain}=${its.join("+")}`)
          .sort()
          .join(";");
  return `${network ?? ""}|${configured}|${roots.join("+")}|${byDomain}`;
}
