// What the run knows already of clients that arrive: their class was looked at in this very world.
import type { Host } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Reached } from "../dataplane/reached.ts";
import type { Dependents } from "./affected.ts";
import type { ClientClass, PairOfClass } from "./classes.ts";

/** The outcome of a client whose whole class arrives; undefined: it has to be looked at. */
export type KnownArrival = (client: ObjectRef, host: Host, port: number) => Reached | undefined;

/** `now`: the outcome of each pair, by its place in `list`, which may change as the run goes on. */
export function knownArrivals(
  pairs: readonly PairOfClass[],
  { classOf }: Pick<Dependents, "classOf">,
  now: readonly number[],
  list: readonly Reached[],
): KnownArrival {
  const places = new Map<ClientClass, Map<string, number>>();
  for (const [at, { pair, of }] of pairs.entries()) {
    const its = places.get(of) ?? new Map<string, number>();
    places.set(of, its.set(`${pair.host}:${pair.port}`, at));
  }
  return (client, host, port) => {
    const its = classOf.get(refKey(client));
    const at = its && places.get(its)?.get(`${host}:${port}`);
    const outcome = at === undefined ? undefined : list[now[at] ?? -1];
    return outcome?.state === "ok" ? outcome : undefined;
  };
}
