// A cluster as controllers find it: where it lies, the next free addresses, and the stamps that an API server puts on objects.
import { sha256Hex } from "../../src/core/hash.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";

export interface PlaceFacts {
  readonly cluster: string;
  readonly region: string;
  readonly zone: string;
  readonly nodeAddress: string;
  /** "10.131.0.": pods get the next address. */
  readonly podNetwork: string;
  /** "172.30.91." */
  readonly serviceNetwork: string;
}

export interface Place extends PlaceFacts {
  readonly node: string;
  readonly nextPodAddress: () => string;
  readonly nextServiceAddress: () => string;
  readonly nextNodePort: () => number;
  /** The object as the API server keeps it, created so many seconds after the cluster. */
  readonly stamped: (body: JsonObject, seconds: number, meta?: JsonObject) => JsonObject;
}

export function placeOf(facts: PlaceFacts): Place {
  let pod = 13;
  let service = 26;
  let nodePort = 30_871;
  return {
    ...facts,
    node: `${facts.cluster}-worker-0`,
    nextPodAddress: () => `${facts.podNetwork}${(pod += 1)}`,
    nextServiceAddress: () => `${facts.serviceNetwork}${(service += 1)}`,
    nextNodePort: () => (nodePort += 1) - 1,
    stamped: (body, seconds, meta = {}) => {
      const { metadata, ...rest } = body;
      const own = isJsonObject(metadata) ? metadata : {};
      const key = [facts.cluster, textAt(body, "kind"), textAt(own, "namespace"), textAt(own, "name")].join("/");
      return {
        ...rest,
        metadata: {
          ...own,
          ...meta,
          creationTimestamp: timeAt(seconds),
          uid: uidOf(key),
          resourceVersion: String(42_000 + seconds * 8),
        },
      };
    },
  };
}

const start = Date.UTC(2026, 10, 22, 22, 7, 40);

/** "2026-11-22T22:07:40Z" and so many seconds. */
export function timeAt(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString().replace(".000Z", "Z");
}

function uidOf(key: string): string {
  const hex = sha256Hex(`uid ${key}`);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** A random-looking suffix, as controllers make them: letters that spell no word. */
export function suffixOf(text: string, length: number): string {
  const hex = sha256Hex(`name ${text}`);
  return Array.from(
    { length },
    (_, at) => letters[Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16) % letters.length],
  ).join("");
}

/** "" where there is no text. */
export function textAt(body: JsonObject, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : "";
}

export function metaOf(body: JsonObject): { readonly name: string; readonly namespace: string; readonly uid: string } {
  const { metadata } = body;
  const text = (key: string): string => textAt(isJsonObject(metadata) ? metadata : {}, key);
  return { name: text("name"), namespace: text("namespace"), uid: text("uid") };
}

export function labelsOf(body: JsonObject): JsonObject {
  const { metadata } = body;
  const labels = isJsonObject(metadata) ? metadata["labels"] : undefined;
  return isJsonObject(labels) ? labels : {};
}

export function objectAt(body: Json | undefined, ...path: readonly string[]): JsonObject {
  let at = body;
  for (const key of path) at = isJsonObject(at) ? at[key] : undefined;
  return isJsonObject(at) ? at : {};
}

export function listAt(body: Json | undefined, key: string): readonly Json[] {
  const list = isJsonObject(body) ? body[key] : undefined;
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

export function ownedBy(owner: JsonObject, blocks = true): JsonObject {
  const { name, uid } = metaOf(owner);
  return {
    ownerReferences: [
      {
        apiVersion: owner["apiVersion"] ?? "",
        ...(blocks ? { blockOwnerDeletion: true } : {}),
        controller: true,
        kind: owner["kind"] ?? "",
        name,
        uid,
      },
    ],
  };
}
