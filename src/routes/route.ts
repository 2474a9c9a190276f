// The intermediate form: one Route per importer and host. How its requests are to be carried is decided here, once.
import type { Finding } from "../core/finding.ts";
import type { Host, MeshId, RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { ExportedService, Port } from "../federation/federation.ts";

export type Carry =
  /** SNI passthrough at the exporter's east-west gateway to the workload's own sidecar. */
  | { readonly mode: "passthrough" }
  | { readonly mode: "join-local"; readonly service: ObjectRef }
  | { readonly mode: "none"; readonly why: Finding };

export interface Route {
  readonly id: RouteId;
  readonly importer: MeshId;
  readonly host: Host;
  /** The namespace in which federation's own service lives; none of our entries may lie there. */
  readonly homeNamespace: string;
  /** Namespaces of the importer with workloads that can dial the host; sorted. */
  readonly clientNamespaces: readonly string[];
  readonly ports: readonly Port[];
  readonly locality: string | null;
  readonly backends: readonly ExportedService[];
  readonly carry: Carry;
}
