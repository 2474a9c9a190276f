// Ports of one exposed host, for all importers together: host and number make the SNI, which leads to one port only.
import type { Finding } from "../core/finding.ts";
import type { RouteId } from "../core/ids.ts";
import { refKey, refText } from "../core/object-ref.ts";
import { exposedPortTaken } from "../findings/codes/routes.ts";
import type { Route } from "./route.ts";

interface Claim {
  readonly route: Route;
  readonly name: string;
}

/** Routes of which a port means another one to an importer that came before; in the order of the routes. */
export function portConflicts(routes: readonly Route[]): ReadonlyMap<RouteId, Finding> {
  const conflicts = new Map<RouteId, Finding>();
  const claims = new Map<string, Claim>();
  for (const route of routes) {
    if (route.carry.mode === "none") continue;
    for (const { exported } of route.backends) {
      const own = new Set(exported.ports.map(({ name }) => name));
      for (const { number, name } of route.ports.filter((port) => own.has(port.name))) {
        const key = `${exported.exporter}|${refKey(exported.service)}|${route.host}|${number}`;
        const before = claims.get(key);
        if (!before) claims.set(key, { route, name });
        else if (before.name !== name) {
          const facts = { host: route.host, number, exported: refText(exported.service) };
          const text = (port: string): string => port || "the unnamed port";
          const names = { here: text(name), there: text(before.name) };
          conflicts.set(
            route.id,
            exposedPortTaken.at([exported.service], { ...facts, ...names, importer: route.importer }),
          );
        }
      }
    }
  }
  return conflicts;
}
