// The locality that an ImportedServiceSet gives all of its endpoints.

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

/**
 * The locality as istiod takes it: a zone needs a region, a subzone needs both; otherwise none of it counts. An empty one stays an
 * empty one, which puts empty locality labels on the endpoints (Maistra 2.5, pilot/pkg/serviceregistry/federation/controller.go,
 * mergeLocality).
 */
export function effectiveLocality(locality: Locality | null): Locality | null {
  if (locality === null) return null;
  const { region, zone, subzone } = locality;
  if (subzone !== "" && (zone === "" || region === "")) return null;
  if (zone !== "" && region === "") return null;
  return { region, zone, subzone };
}

/** "region/zone/subzone", slashes kept for missing parts; "" without a region (same file, createService). */
export function localityLabel(locality: Locality | null): string {
  return locality === null || locality.region === "" ? "" : `${locality.region}/${locality.zone}/${locality.subzone}`;
}
