// What our endpoint of a host says of where it came from: read back when federation's sets no longer say it.
import type { Host, LinkId, MeshId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";

/** On each WorkloadEntry of ours. */
export const recordAnnotation = "meshferry.dev/import";

/** One import over one link: what the export and import rules gave while they were there. */
export interface RouteRecord {
  readonly importer: MeshId;
  readonly host: Host;
  readonly homeNamespace: string;
  readonly exporter: MeshId;
  readonly link: LinkId;
  readonly exportedHost: Host;
  /** "NAMESPACE/NAME" of the exported Service. */
  readonly service: string;
}

/** By code unit. */
const fields = ["exportedHost", "exporter", "homeNamespace", "host", "importer", "link", "service"] as const;

/** The record as the annotation holds it; the same record gives the same text. */
export function recordText(record: RouteRecord): string {
  const { exportedHost, exporter, homeNamespace, host, importer, link, service } = record;
  // In the order of `fields`, which is that of canonical JSON.
  return JSON.stringify({ exportedHost, exporter, homeNamespace, host, importer, link, service });
}

/** The record of an annotation, or null where it is none: somebody may have edited it. */
export function readRecord(text: string): RouteRecord | null {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  if (!isJsonObject(parsed)) return null;
  const read = parsed;
  if (!fields.every((field) => typeof read[field] === "string" && read[field] !== "")) return null;
  // Every field is a text that is not empty; what it names is looked up by whoever uses it.
  return read as unknown as RouteRecord;
}
