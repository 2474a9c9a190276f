// Which routes leave federation, and the two meshes that each of them joins.
import type { ExportedService } from "../federation/federation.ts";
import type { JoinLocal, Route } from "../routes/route.ts";
import { type Places, type PlacesByMesh, placesTowards } from "./places.ts";

/** One backend of a carried route, with the two meshes that it connects. */
export interface CarriedRoute {
  readonly route: Route;
  /** Where the endpoint stands beside those of a local Service; null: under an entry of ours. */
  readonly join: JoinLocal | null;
  readonly exported: ExportedService;
  readonly locality: string | null;
  readonly importer: Places;
  /** As this importer knows it: with the gateway that it uses. */
  readonly exporter: Places;
}

/** The routes that are carried, once for each of their backends; the others stay on federation and ask for nothing. */
export function carriedRoutes(routes: readonly Route[], places: PlacesByMesh): readonly CarriedRoute[] {
  const carried: CarriedRoute[] = [];
  for (const route of routes) {
    if (route.carry.mode === "none") continue;
    const join = route.carry.mode === "join-local" ? route.carry : null;
    for (const { exported, locality } of route.backends) {
      const importer = places.get(route.importer);
      const exporter = places.get(exported.exporter);
      if (importer && exporter)
        carried.push({ route, join, exported, locality, importer, exporter: placesTowards(exporter, route.importer) });
    }
  }
  return carried;
}

/** Those under entries of ours: what is said of these entries' namespace and visibility is said of them alone. */
export function underOurEntries(carried: readonly CarriedRoute[]): CarriedRoute[] {
  return carried.filter(({ join }) => join === null);
}
