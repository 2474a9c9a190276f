// Which routes leave federation, and the two meshes that each of them joins.
import type { ExportedService } from "../federation/federation.ts";
import type { Route } from "../routes/route.ts";
import { type Places, type PlacesByMesh, placesTowards } from "./places.ts";

/** One backend of a route that is carried by passthrough, with the two meshes that it joins. */
export interface CarriedRoute {
  readonly route: Route;
  readonly exported: ExportedService;
  readonly locality: string | null;
  readonly importer: Places;
  /** As this importer knows it: with the gateway that it uses. */
  readonly exporter: Places;
}

/** The routes that are carried, once for each of their backends; the others stay on federation and ask for nothing. */
export function carriedRoutes(routes: readonly Route[], places: PlacesByMesh): readonly CarriedRoute[] {
  const known = carriedAmong.get(routes);
  if (known?.places === places) return known.carried;
  const carried: CarriedRoute[] = [];
  for (const route of routes) {
    if (route.carry.mode !== "passthrough") continue;
    for (const { exported, locality } of route.backends) {
      const importer = places.get(route.importer);
      const exporter = places.get(exported.exporter);
      if (importer && exporter)
        carried.push({ route, exported, locality, importer, exporter: placesTowards(exporter, route.importer) });
    }
  }
  carriedAmong.set(routes, { places, carried });
  return carried;
}

/** Asked for by the target, the plan and every other check, of tens of thousands of routes. */
const carriedAmong = new WeakMap<
  readonly Route[],
  { readonly places: PlacesByMesh; readonly carried: readonly CarriedRoute[] }
>();
