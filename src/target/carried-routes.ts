// Which routes leave federation, and the two meshes that each of them joins.
import type { ExportedService } from "../federation/federation.ts";
import type { Route } from "../routes/route.ts";
import type { Places, PlacesByMesh } from "./places.ts";

/** A route that is carried by passthrough, with the two meshes that it joins. */
export interface CarriedRoute {
  readonly route: Route;
  readonly exported: ExportedService;
  readonly importer: Places;
  readonly exporter: Places;
}

/** The routes that are carried; the others stay on federation and ask for nothing. */
export function carriedRoutes(routes: readonly Route[], places: PlacesByMesh): CarriedRoute[] {
  return routes.flatMap((route) => {
    const [exported] = route.backends;
    const importer = places.get(route.importer);
    const exporter = exported && places.get(exported.exporter);
    return route.carry.mode === "passthrough" && exported && importer && exporter
      ? [{ route, exported, importer, exporter }]
      : [];
  });
}
