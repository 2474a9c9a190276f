// An object that a scaffold makes, and the reference to it.
import type { ClusterId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ObjectRef } from "../../core/object-ref.ts";

export interface MadeObject {
  readonly ref: ObjectRef;
  readonly body: JsonObject;
}

export interface ObjectParts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What stands beside the metadata. */
  readonly rest?: JsonObject;
}

/** The object with its reference. It carries no label of ours: it is the user's from the first moment on. */
export function madeObject(cluster: ClusterId, parts: ObjectParts): MadeObject {
  const { apiVersion, kind, namespace = null, name, labels = {}, rest = {} } = parts;
  const slash = apiVersion.indexOf("/");
  return {
    ref: { cluster, group: slash < 0 ? "" : apiVersion.slice(0, slash), kind, namespace, name },
    body: {
      apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace === null ? {} : { namespace }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
      },
      ...rest,
    },
  };
}
