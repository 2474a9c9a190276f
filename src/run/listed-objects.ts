// Objects looked up in lists: one paged list per kind and cluster in place of a question for each object. For looking, not for writing.
import { type KubeObject, type ObjectRef, kindKey, refKey } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";
import { isSecret } from "./task.ts";

export type Look = (ref: ObjectRef) => Promise<KubeObject | null>;

/** Lists a kind when one of it is first asked for. A kind that is not installed has no objects. */
export function listedObjects(client: ClusterClient): Look {
  const lists = new Map<string, Promise<ReadonlyMap<string, KubeObject>>>();
  return async (ref) => {
    const key = kindKey(ref);
    const list = lists.get(key) ?? listOf(client, ref);
    lists.set(key, list);
    return (await list).get(refKey(ref)) ?? null;
  };
}

async function listOf(client: ClusterClient, ref: ObjectRef): Promise<ReadonlyMap<string, KubeObject>> {
  const { group, kind } = ref;
  try {
    const { objects } = await client.list({ group, kind }, isSecret(ref) ? { metadataOnly: true } : {});
    return new Map(objects.map((object) => [refKey(object.ref), object]));
  } catch (error) {
    if (error instanceof ApiFailure && error.reason === "not-installed") return new Map();
    throw error;
  }
}

/** The client, with its single reads answered from lists. */
export function withLists(client: ClusterClient): ClusterClient {
  const look = listedObjects(client);
  return new Proxy(client, {
    get(target, name) {
      if (name === "get" || name === "getMetadata") return look;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
