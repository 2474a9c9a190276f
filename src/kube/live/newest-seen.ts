// Reads that never go back: an answer older than one that this process has had already is no answer. A cache on the way, or a server
// that lags behind, would otherwise show a rollout as finished that has not begun.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { kindKey, type ObjectRef, refKey } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { ApiFailure } from "./api-failure.ts";

interface Seen {
  readonly uid: string;
  readonly version: bigint;
}

type Kind = { readonly group: string; readonly kind: string };

/** Checks the answer to one question against what was known when it was asked. */
export type Check<T> = (answer: T, request: string) => void;

/**
 * Versions of one kind are numbers that grow (KEP-5504, stable in Kubernetes 1.35; true of every release that keeps its objects in
 * etcd). What is no number is not compared.
 */
export class NewestSeen {
  readonly #objects = new Map<string, Seen>();
  readonly #kinds = new Map<string, bigint>();

  /** What a write or a watch has shown. */
  note(ref: ObjectRef, body: JsonObject): void {
    const [uid, version] = [valueAt(body, "/metadata/uid"), versionOf(valueAt(body, "/metadata/resourceVersion"))];
    if (typeof uid !== "string" || version === null) return;
    const key = refKey(ref);
    const known = this.#objects.get(key);
    if (known === undefined || known.version < version) this.#objects.set(key, { uid, version });
    const kind = kindKey(ref);
    if ((this.#kinds.get(kind) ?? 0n) < version) this.#kinds.set(kind, version);
  }

  /** For a question about one object that is being asked now: answers that cross each other are no step back. */
  object(ref: ObjectRef): Check<JsonObject> {
    const known = this.#objects.get(refKey(ref));
    return (body, request) => {
      const version = versionOf(valueAt(body, "/metadata/resourceVersion"));
      const same = known !== undefined && valueAt(body, "/metadata/uid") === known.uid;
      if (same && version !== null && version < known.version) throw stale(request, version, known.version);
      this.note(ref, body);
    };
  }

  /** For a list of a kind: its own version is at least that of every object of the kind. */
  list(of: Kind): Check<Json> {
    const known = this.#kinds.get(kindKey(of));
    return (page, request) => {
      const version = versionOf(valueAt(isJsonObject(page) ? page : {}, "/metadata/resourceVersion"));
      if (known !== undefined && version !== null && version < known) throw stale(request, version, known);
    };
  }
}

function versionOf(value: Json | undefined): bigint | null {
  return typeof value === "string" && /^[1-9][0-9]*$/u.test(value) ? BigInt(value) : null;
}

function stale(request: string, version: bigint, known: bigint): ApiFailure {
  const message = `an older state than before (version ${version} after ${known}): a cache before the server, or one that lags behind`;
  return new ApiFailure({ reason: "stale", request, message });
}
