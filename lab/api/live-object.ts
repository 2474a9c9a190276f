// Objects as an API server gives them, and the few fields that every one of them has.
import type { JsonObject } from "../../src/core/json.ts";

/** What names a kind to an API server. */
export interface KindRef {
  /** "v1", "apps/v1", "networking.istio.io/v1beta1". */
  readonly apiVersion: string;
  readonly kind: string;
}

/** What names one object; without a namespace where the kind has none. */
export interface ObjectName extends KindRef {
  readonly namespace?: string;
  readonly name: string;
}

/** A type, not an interface: only types are taken for JSON objects. */
export type LiveMetadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly JsonObject[];
};

/** An object with everything else that it says, as JSON. */
export type LiveObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: LiveMetadata;
};

/** An object to be sent: the same, without what the server fills in. */
export type Manifest = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject;
};

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: LiveObject;
}

/** "Kind namespace/name", for messages. */
export function nameText({ kind, namespace, name }: ObjectName): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The name of an object that is at hand. */
export function nameOf(object: LiveObject): ObjectName {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}
