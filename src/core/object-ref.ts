// What identifies a Kubernetes object across clusters. The API version is not part of an object's identity.
import type { ClusterId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { sortedBy } from "./order.ts";

export interface ObjectRef {
  readonly cluster: ClusterId;
  /** API group, "" for the core group. */
  readonly group: string;
  readonly kind: string;
  /** null for cluster-scoped objects. */
  readonly namespace: string | null;
  readonly name: string;
}

/** Where an object was read. Lines count from 1; 0 stands for the file as a whole, or a path where there is none. */
export type Origin = { readonly file: string; readonly line: number } | { readonly cluster: ClusterId };

export interface KubeObject {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly origin: Origin;
  readonly body: JsonObject;
}

/** "Kind.group" ("Service", "Gateway.networking.istio.io"): the name under which kinds are counted and indexed. */
export function kindKey(of: { readonly group: string; readonly kind: string }): string {
  return of.group === "" ? of.kind : `${of.kind}.${of.group}`;
}

/** One text per identity; fit as a map key and for sorting. */
export function refKey(ref: ObjectRef): string {
  // Joined, not put together piece by piece: such a text stays a tree of its pieces in memory, and as a key takes twice as long.
  return [ref.cluster, kindKey(ref), ref.namespace ?? "", ref.name].join("|");
}

/** refKey that makes each reference's text once, for whoever asks for tens of thousands of them again and again. */
export function rememberedKeys(): (ref: ObjectRef) => string {
  const keys = new WeakMap<ObjectRef, string>();
  return (ref) => {
    const known = keys.get(ref);
    if (known !== undefined) return known;
    const key = refKey(ref);
    keys.set(ref, key);
    return key;
  };
}

/** "Kind namespace/name" as a person reads it; with the cluster in front where asked. */
export function refText(ref: ObjectRef, withCluster = true): string {
  const place = ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`;
  return withCluster ? `${ref.cluster}: ${ref.kind} ${place}` : `${ref.kind} ${place}`;
}

/** Whether both name the same object: what equal refKeys say, without making them. */
export function equalRef(left: ObjectRef, right: ObjectRef): boolean {
  return (
    left === right ||
    (left.name === right.name &&
      (left.namespace ?? "") === (right.namespace ?? "") &&
      left.kind === right.kind &&
      left.group === right.group &&
      left.cluster === right.cluster)
  );
}

/** References in one order, each once. */
export function sortedRefs(refs: Iterable<ObjectRef>): ObjectRef[] {
  const byKey = new Map<string, ObjectRef>();
  for (const ref of refs) byKey.set(refKey(ref), ref);
  return sortedBy(byKey, ([key]) => key).map(([, ref]) => ref);
}
