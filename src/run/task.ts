// One write to one object: what is there is looked at and judged before anything is sent, and again after whatever went wrong.
import type { Finding } from "../core/finding.ts";
import type { JsonObject } from "../core/json.ts";
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ClusterClient, WriteOptions } from "../kube/live/cluster-client.ts";

export type Judged =
  /** Nothing has to be sent. */
  | { readonly is: "in-place" }
  | { readonly is: "to-do" }
  /** Something has to pass first, such as an object that is on its way out. */
  | { readonly is: "not-yet"; readonly trouble: Finding }
  | { readonly is: "refused"; readonly trouble: Finding };

export interface Task {
  readonly ref: ObjectRef;
  /** As in "could not VERB the object". */
  readonly does: "apply" | "patch" | "delete" | "restart" | "create";
  judge(seen: KubeObject | null): Judged;
  /** Sends it, for the object as it was seen. */
  write(client: ClusterClient, seen: KubeObject | null, options: TaskOptions): Promise<unknown>;
  /** Of an object whose content is never read (a Secret): how the server is asked for it instead. */
  readonly unseen?: Unseen;
}

export interface TaskOptions extends WriteOptions {
  /** It was seen a while ago: an apply is refused where the object has changed since, so that what is noted is what it finds. */
  readonly asSeen?: boolean;
}

export interface Unseen {
  /** Whether the result is there; asked before anything is written. */
  isThere(client: ClusterClient): Promise<boolean>;
  /** What it means that a test of the patch has failed. */
  readonly testFailed: Finding;
}

export const inPlace: Judged = { is: "in-place" };
export const toDo: Judged = { is: "to-do" };

export function refused(trouble: Finding): Judged {
  return { is: "refused", trouble };
}

export function isSecret({ group, kind }: ObjectRef): boolean {
  return group === "" && kind === "Secret";
}

/**
 * The object as it is now. Of a Secret the metadata, as the answer to a dry run of a patch that changes nothing: whoever is to
 * patch it need not be allowed to get it.
 */
export async function look(client: ClusterClient, ref: ObjectRef): Promise<KubeObject | null> {
  if (!isSecret(ref)) return client.get(ref);
  try {
    return await client.mergePatch(ref, {}, { dryRun: true });
  } catch (error) {
    if (error instanceof ApiFailure && error.reason === "not-found") return null;
    throw error;
  }
}

export function metadataOf({ body }: KubeObject): JsonObject {
  const { metadata } = body;
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? (metadata as JsonObject) : {};
}

/** A text of the metadata; "" where there is none. */
export function metadataText(object: KubeObject, key: "uid" | "resourceVersion" | "deletionTimestamp"): string {
  const value = metadataOf(object)[key];
  return typeof value === "string" ? value : "";
}

export function isGoing(object: KubeObject): boolean {
  return metadataText(object, "deletionTimestamp") !== "";
}
