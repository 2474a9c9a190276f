// Objects looked up in lists: one paged list per kind and cluster in place of a question for each object.
import { type KubeObject, type ObjectRef, kindKey, refKey } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient } from "../kube/live/cluster-client.ts";

/** By refKey; null: this user may not list the kind. */
export type Listing = ReadonlyMap<string, KubeObject> | null;

/** A kind that is not installed has no objects. */
export async function listingOf(
  client: ClusterClient,
  { group, kind }: Pick<ObjectRef, "group" | "kind">,
): Promise<Listing> {
  try {
    const { objects } = await client.list({ group, kind });
    return new Map(objects.map((object) => [refKey(object.ref), object]));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.reason === "not-installed") return new Map();
    if (error.reason === "forbidden") return null;
    throw error;
  }
}

/** The client, with its single reads answered from lists, each made when one of its kind is first asked for. For looking, not for writing. */
export function withLists(client: ClusterClient): ClusterClient {
  const listings = new Map<string, Promise<Listing>>();
  const get = async (ref: ObjectRef): Promise<KubeObject | null> => {
    const key = kindKey(ref);
    const asked = listings.get(key) ?? listingOf(client, ref);
    listings.set(key, asked);
    const listing = await asked;
    return listing === null ? client.get(ref) : (listing.get(refKey(ref)) ?? null);
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === "get") return get;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
