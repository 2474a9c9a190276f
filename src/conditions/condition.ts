// What "done" and "may begin" mean, as data. One judge over facts serves the executor and the rehearsal alike.
import type { Hash } from "../core/hash.ts";
import type { Host } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";

export type Condition =
  | { readonly kind: "present"; readonly ref: ObjectRef }
  | { readonly kind: "absent"; readonly ref: ObjectRef }
  | { readonly kind: "rolled-out"; readonly ref: ObjectRef }
  | {
      readonly kind: "field";
      readonly ref: ObjectRef;
      readonly pointer: string;
      readonly is: "equal" | "empty" | "not-empty";
      readonly value: Json;
    }
  | { readonly kind: "status"; readonly ref: ObjectRef; readonly type: string; readonly status: "True" | "False" }
  /** The mesh configuration that istiod runs with contains these values (in the list at the pointer). */
  | {
      readonly kind: "mesh-config";
      readonly ref: ObjectRef;
      readonly pointer: string;
      readonly includes: readonly string[];
    }
  /** Every active istiod pod named in the peer's status is connected and has had a full sync since that pod started. */
  | { readonly kind: "peer-synced"; readonly ref: ObjectRef }
  /** The ImportedServiceSet's status names these as hosts of local services: its istiod has them from the other mesh. */
  | { readonly kind: "imported"; readonly ref: ObjectRef; readonly hosts: readonly Host[] }
  /** Every pod of the workload holds exactly these roots, or at least these. */
  | { readonly kind: "proxy-roots"; readonly workload: ObjectRef; readonly include: readonly Hash[] }
  | { readonly kind: "proxy-network"; readonly workload: ObjectRef; readonly network: string }
  /**
   * The gateway's Envoys hold exactly one filter chain for each SNI of these hosts and ports and none for others, its cluster has
   * healthy endpoints, nothing is rejected; and whoever knocks with the SNI meets the workload that it names.
   */
  | { readonly kind: "gateway-exposes"; readonly gateway: ObjectRef; readonly hosts: readonly Host[] }
  /** Every proxy of the probe group holds, for the step's routes, endpoints of this way and no other, with the right SANs. */
  | { readonly kind: "endpoints"; readonly probes: string; readonly via: "federation" | "east-west" | "none" }
  /**
   * Every proxy of the probe group holds, for each host of its routes, beside the local Service's own endpoints that of each
   * exporting mesh's gateway, with the right SANs; and of federation's still some, or none any more.
   */
  | { readonly kind: "joined"; readonly probes: string; readonly federation: "beside" | "gone" }
  /** Requests on fresh connections pass, from each client of the group to each of its routes; `fresh`: from newly started proxies too. */
  | { readonly kind: "reachable"; readonly probes: string; readonly fresh: boolean }
  /** Each client of the group can open a connection to the gateway of every mesh that its routes lead to. */
  | { readonly kind: "egress-open"; readonly probes: string }
  /** No active request or connection at these workloads for so long. */
  | { readonly kind: "drained"; readonly workloads: readonly ObjectRef[]; readonly forMs: number }
  | { readonly kind: "slot"; readonly slot: string }
  | { readonly kind: "all"; readonly of: readonly Condition[] };

/** All of the conditions; one alone stands for itself. */
export function all(...of: readonly Condition[]): Condition {
  const [only, ...rest] = of;
  return only && rest.length === 0 ? only : { kind: "all", of };
}

/** The condition that always holds. */
export const always: Condition = { kind: "all", of: [] };
