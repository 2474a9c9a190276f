// The intermediate form: one Route per importer and host. How its requests are to be carried is decided here, once.
import type { Finding } from "../core/finding.ts";
import type { Host, LinkId, MeshId, RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { ExportedService, Port } from "../federation/federation.ts";

export type Carry =
  /** SNI passthrough at the exporter's east-west gateway to the workload's own sidecar. */
  | { readonly mode: "passthrough" }
  | { readonly mode: "join-local"; readonly service: ObjectRef }
  | { readonly mode: "none"; readonly why: Finding };

/** One mesh that answers to a host. */
export interface Backend {
  readonly exported: ExportedService;
  /** The links that bring it; more than one where two peers of one mesh offer the same service. Sorted. */
  readonly links: readonly LinkId[];
  /** "region/zone/subzone" that the importer gives to the endpoints of this exporter. */
  readonly locality: string | null;
}

export interface Route {
  readonly id: RouteId;
  readonly importer: MeshId;
  readonly host: Host;
  /** The namespace in which federation's own service lives; none of our entries may lie there. */
  readonly homeNamespace: string;
  /** Namespaces of the importer with workloads that can dial the host; sorted. */
  readonly clientNamespaces: readonly string[];
  readonly ports: readonly Port[];
  /** One for each exporting mesh; federation mixes their endpoints under the host. */
  readonly backends: readonly Backend[];
  readonly carry: Carry;
}
