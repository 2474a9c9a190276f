// In which order an importer's client namespaces move, who is probed for each wave, and that everybody comes last.
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { RouteId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { Wave } from "./plan.ts";
import { everyClient, joiningClients, type PlanOptions } from "./plan-context.ts";
import { everyNamespace } from "./wave-name.ts";

/** Each wave writes every entry once: more waves would rewrite them more often than it is worth. */
const mostWaves = 4;

export interface WaveOptions extends Readonly<PlanOptions["waves"]> {
  readonly exportTo: PlanOptions["exportTo"];
}

/**
 * The waves of one importer. `order` comes first, the other namespaces follow by name; the canary is the one asked for,
 * else the first. Unless entries are kept from others, the last wave is everybody: never together with namespaces that have
 * not been named, because an entry that is visible everywhere loses to federation until a resync (shift.public-entry-flips).
 */
export function makeWaves(
  importer: Mesh,
  clients: ReadonlyMap<string, readonly ObjectRef[]>,
  routes: readonly RouteId[],
  options: WaveOptions,
  hidden: NonNullable<ProbeGroup["except"]> = [],
): { readonly waves: readonly Wave[]; readonly probes: readonly ProbeGroup[] } {
  const namespaces = [...clients.keys()];
  const asked = [...(options.canary === null ? [] : [options.canary]), ...options.order];
  const ordered = [...new Set([...asked.filter((name) => clients.has(name)), ...namespaces])];
  const [canary, ...rest] = ordered;
  const last = options.exportTo === "all" ? 1 : 0;
  const following = chunks(rest, Math.max(1, Math.min(options.atMost, mostWaves) - last) - 1);
  // Without clients the entries are made all the same, for nobody.
  const groups = canary === undefined || following === null ? [ordered] : [[canary], ...following];
  const waves = groups.map((group, index): Wave => {
    const number = index + 1;
    return { importer: importer.id, number, namespaces: [...group].sort(), probes: `${importer.id}#wave-${number}` };
  });
  const groupOf = (id: string, members: readonly ObjectRef[]) => probeGroup(id, members, routes, hidden);
  const probes = waves.map((wave) =>
    groupOf(
      wave.probes,
      wave.namespaces.flatMap((namespace) => clients.get(namespace) ?? []),
    ),
  );
  const everybody: Wave = {
    importer: importer.id,
    number: waves.length + 1,
    namespaces: everyNamespace,
    probes: everyClient(importer.id),
  };
  return {
    waves: last > 0 ? [...waves, everybody] : waves,
    probes: [...probes, groupOf(everyClient(importer.id), [...clients.values()].flat())],
  };
}

/** Everybody who may call the hosts that join a local Service, in one group: they move together. */
export function joiningProbes(
  importer: Mesh,
  clients: ReadonlyMap<string, readonly ObjectRef[]>,
  routes: readonly RouteId[],
  hidden: NonNullable<ProbeGroup["except"]>,
): readonly ProbeGroup[] {
  if (routes.length === 0) return [];
  return [probeGroup(joiningClients(importer.id), [...clients.values()].flat(), routes, hidden)];
}

function probeGroup(
  id: string,
  clients: readonly ObjectRef[],
  routes: readonly RouteId[],
  hidden: NonNullable<ProbeGroup["except"]>,
): ProbeGroup {
  const keys = new Set(clients.map(refKey));
  const known = new Set(routes);
  const except = hidden
    .filter(({ client }) => keys.has(refKey(client)))
    .map(({ client, routes: unseen }) => ({ client, routes: unseen.filter((route) => known.has(route)) }))
    .filter(({ routes: unseen }) => unseen.length > 0);
  return { id, clients, routes, ...(except.length > 0 ? { except } : {}) };
}

/** The names in at most `count` groups of nearly equal size, in their order; null: there may be no group. */
function chunks(names: readonly string[], count: number): string[][] | null {
  if (names.length === 0) return [];
  if (count < 1) return null;
  const size = Math.ceil(names.length / count);
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) =>
    names.slice(index * size, (index + 1) * size),
  );
}
