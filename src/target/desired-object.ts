// What target/ produces: objects to exist after the migration, some with values that are known only while a plan runs.
import type { ClusterId, RouteId, SlotId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";

/**
 * A value that exists only during the run, such as a new gateway's address.
 * "addresses": load-balancer ingresses, turned into Gateway API addresses ({type, value}).
 * "plain-addresses": the same as IP addresses and host names.
 * "node-port": the port on every node that leads to `port` of a Service.
 * "node-addresses": addresses of a cluster's nodes as Gateway API addresses.
 */
export type Slot =
  | {
      readonly id: SlotId;
      readonly type: "addresses" | "plain-addresses";
      readonly from: ObjectRef;
      /** Where in `from` the value appears. */
      readonly pointer: string;
    }
  | {
      readonly id: SlotId;
      readonly type: "node-port";
      readonly from: ObjectRef;
      readonly pointer: string;
      readonly port: number;
    }
  | {
      readonly id: SlotId;
      readonly type: "node-addresses";
      readonly cluster: ClusterId;
      /** Those that the importer is known to reach, sorted; none: each node's external address, or else its internal one. */
      readonly among: readonly string[];
    };

/** An object's body; `{"$slot": ID}` stands where a slot's value goes. */
export type Template = JsonObject;

export type Role =
  | "namespace"
  | "membership"
  | "gateway-service"
  | "east-west"
  | "placement"
  | "availability"
  | "expose"
  | "export-entry"
  | "policy"
  | "network-policy"
  | "remote"
  | "workload-entry"
  | "import-entry";

export interface DesiredObject {
  readonly ref: ObjectRef;
  readonly role: Role;
  /** The routes that need it; sorted. */
  readonly routes: readonly RouteId[];
  readonly template: Template;
}
