// The intermediate form: one Route per importer and host. How its requests are to be carried is decided here, once.
import type { Finding } from "../core/finding.ts";
import type { Host, LinkId, MeshId, RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { ExportedService, Port } from "../federation/federation.ts";

/** A port of the local Service by which remote endpoints join it: they join by the port's name (Maistra 2.5). */
export interface JoinedPort {
  /** The local Service's own number: it is in the SNI, and so what the exporter has to know. */
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
  /** The local Service's target port where it is a name: an endpoint without that name is left out of the port (Istio 1.20). */
  readonly target: string | null;
}

/** Endpoints in the exporters' meshes beside those of a Service of the importer's own. */
export interface JoinLocal {
  readonly mode: "join-local";
  readonly service: ObjectRef;
  /** What an endpoint's labels must hold for the Service to take it. */
  readonly selector: Readonly<Record<string, string>>;
  /** The namespaces that see the Service, by its annotation networking.istio.io/exportTo; null: all. */
  readonly visibleIn: readonly string[] | null;
  /** At least one. */
  readonly ports: readonly JoinedPort[];
}

export type Carry =
  /** SNI passthrough at the exporter's east-west gateway to the workload's own sidecar. */
  { readonly mode: "passthrough" } | JoinLocal | { readonly mode: "none"; readonly why: Finding };

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

/** The ports by which one backend's endpoints join: those of its own port names. */
export function portsInBackend({ ports }: JoinLocal, exported: Pick<ExportedService, "ports">): readonly JoinedPort[] {
  const names = new Set(exported.ports.map(({ name }) => name));
  return ports.filter(({ name }) => names.has(name));
}
