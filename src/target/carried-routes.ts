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
export function carriedRoutes(routes: readonly Route[], places: PlacesByMesh): CarriedRoute[] {
  return routes.flatMap((route) =>
    route.carry.mode === "passthrough"
      ? route.backends.flatMap(({ exported, locality }) => {
          const importer = places.get(route.importer);
          const exporter = places.get(exported.exporter);
          if (!importer || !exporter) return [];
          return [{ route, exported, locality, importer, exporter: placesTowards(exporter, route.importer) }];
        })
      : [],
  );
}
