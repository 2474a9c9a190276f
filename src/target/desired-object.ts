// What target/ produces: objects to exist after the migration, some with values that are known only while a plan runs.
import type { RouteId, SlotId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";

/** A value that exists only during the run, such as a new gateway's address. */
export interface Slot {
  readonly id: SlotId;
  readonly from: ObjectRef;
  /** Where in `from` the value appears. */
  readonly pointer: string;
  /** "addresses": load-balancer ingresses, turned into Gateway API addresses ({type, value}). */
  readonly type: "addresses";
}

/** An object's body; `{"$slot": ID}` stands where a slot's value goes. */
export type Template = JsonObject;

export type Role =
  | "namespace"
  | "membership"
  | "east-west"
  | "availability"
  | "expose"
  | "export-entry"
  | "export-rule"
  | "policy"
  | "remote"
  | "workload-entry"
  | "import-rule"
  | "import-entry";

export interface DesiredObject {
  readonly ref: ObjectRef;
  readonly role: Role;
  /** The routes that need it; sorted. */
  readonly routes: readonly RouteId[];
  readonly template: Template;
  /** The object of theirs that this one is a copy of. */
  readonly copyOf?: ObjectRef;
}
