// Client and host: the unit that probes, conditions and the rehearsal speak of.
import type { Host, RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";

export interface Pair {
  readonly client: ObjectRef;
  readonly host: Host;
  readonly port: number;
}

/**
 * Pairs in a form that stays small: each of the clients with every port of each of the routes. Ten meshes with fifty
 * namespaces and a thousand hosts each would be millions of pairs in a plan file.
 */
export interface ProbeGroup {
  readonly id: string;
  readonly clients: readonly ObjectRef[];
  readonly routes: readonly RouteId[];
  /** Pairs that are none: the client's Sidecar hides these hosts, today as afterwards. */
  readonly except?: readonly { readonly client: ObjectRef; readonly routes: readonly RouteId[] }[];
}
