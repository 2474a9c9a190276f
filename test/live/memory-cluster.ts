// An API server in memory, as far as the executor's own logic needs one: versions, uids, server-side apply, JSON patches,
// preconditions, finalizers. What Kubernetes does is tested on a real one (lab/tests/live-*).
import { equalJson, isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { ClusterId } from "../../src/core/ids.ts";
import { type KubeObject, type ObjectRef, refKey } from "../../src/core/object-ref.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
import { ApiFailure, type FailureReason } from "../../src/kube/live/api-failure.ts";
import {
  type ClusterClient,
  fieldManager,
  type Preconditions,
  type WriteOptions,
} from "../../src/kube/live/cluster-client.ts";
import type { PatchOp } from "../../src/plan/plan.ts";
import { metadataText } from "../../src/run/task.ts";
import { applyPatch } from "../support/apply-patch.ts";

export interface Request {
  readonly verb: "get" | "list" | "apply" | "patch" | "merge" | "create" | "replace" | "delete";
  readonly ref: ObjectRef;
  readonly dryRun: boolean;
}

/** Asked before each request; a failure that it returns or throws is the answer. "lost": it is carried out, and no answer comes. */
export type Fault = (request: Request) => ApiFailure | "lost" | null;

export class MemoryCluster implements ClusterClient {
  readonly id: ClusterId;
  readonly at: string;
  readonly requests: Request[] = [];
  fault: Fault = () => null;
  readonly #objects = new Map<string, KubeObject>();
  #version = 0;

  constructor(id: ClusterId) {
    this.id = id;
    this.at = `memory ${id}`;
  }

  /** Writes that were carried out. */
  get writes(): Request[] {
    return this.requests.filter(({ verb, dryRun }) => verb !== "get" && verb !== "list" && !dryRun);
  }

  /** Somebody else's object, or change, without a request. */
  put(ref: ObjectRef, body: JsonObject, manager = "somebody"): KubeObject {
    const before = this.#objects.get(refKey(ref));
    return this.#store(
      ref,
      { ...body, metadata: { ...objectAt(body, "metadata"), uid: before ? uidOf(before) : this.#uid() } },
      [{ manager, operation: "Update", time: "2026-11-25T10:00:00Z", fieldsV1: fieldsOf(withoutMetadata(body)) }],
    );
  }

  seen(ref: ObjectRef): KubeObject | null {
    return this.#objects.get(refKey(ref)) ?? null;
  }

  remove(ref: ObjectRef): void {
    this.#objects.delete(refKey(ref));
  }

  /** All objects without what the server alone says of them. */
  dump(): Record<string, Json> {
    return Object.fromEntries(
      [...this.#objects]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, { body }]) => [key, plain(body)]),
    );
  }

  async served({ group, kind }: { readonly group: string; readonly kind: string }) {
    return { group, version: "v1", kind, plural: kind.toLowerCase(), namespaced: true, verbs: [] };
  }

  async list(of: { readonly group: string; readonly kind: string }) {
    const objects = [...this.#objects.values()].filter(({ ref }) => ref.kind === of.kind && ref.group === of.group);
    return { objects, resourceVersion: String(this.#version) };
  }

  async get(ref: ObjectRef): Promise<KubeObject | null> {
    return this.#answer("get", ref, false, () => this.seen(ref));
  }

  async getMetadata(ref: ObjectRef): Promise<KubeObject | null> {
    const object = await this.get(ref);
    return object && { ...object, body: { metadata: object.body["metadata"] ?? null } };
  }

  async apply(ref: ObjectRef, body: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#answer("apply", ref, options.dryRun ?? false, () => {
      const before = this.seen(ref);
      const uid = valueAt(body, "/metadata/uid");
      if (uid !== undefined && (before === null || uidOf(before) !== uid)) throw failure("conflict", 409);
      const version = valueAt(body, "/metadata/resourceVersion");
      if (version !== undefined && before !== null && versionOf(before) !== version) throw failure("conflict", 409);
      const wanted = withoutMetadata(body);
      const ours = fieldsOf(wanted);
      const others = managersOf(before).filter(({ manager }) => manager !== fieldManager);
      const conflicts = before === null ? [] : others.flatMap((entry) => conflictsWith(entry, wanted, before.body));
      if (conflicts.length > 0) throw failure("conflict", 409, conflicts);
      const kept = before === null ? body : merged(removedOurs(before, ours), body);
      const uidNow = before === null ? this.#uid() : uidOf(before);
      return this.#store(ref, withValueAt(kept, "/metadata/uid", uidNow) as JsonObject, [
        ...others,
        { manager: fieldManager, operation: "Apply", time: "2026-11-25T11:00:00Z", fieldsV1: ours },
      ]);
    });
  }

  async patch(ref: ObjectRef, ops: readonly JsonObject[], options: WriteOptions = {}): Promise<KubeObject> {
    return this.#answer("patch", ref, options.dryRun ?? false, () => {
      const before = this.#demand(ref);
      try {
        const body = applyPatch(before.body, ops as unknown as readonly PatchOp[]) as JsonObject;
        return options.dryRun === true ? before : this.#store(ref, body, managersOf(before));
      } catch {
        throw failure("patch-test-failed", 422);
      }
    });
  }

  async mergePatch(ref: ObjectRef, patch: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#answer("merge", ref, options.dryRun ?? false, () => {
      const before = this.#demand(ref);
      return this.#store(ref, mergedPatch(before.body, patch) as JsonObject, managersOf(before));
    });
  }

  async create(ref: ObjectRef, body: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#answer("create", ref, options.dryRun ?? false, () => {
      if (this.seen(ref) !== null) throw failure("conflict", 409);
      return this.#store(ref, withValueAt(body, "/metadata/uid", this.#uid()) as JsonObject, []);
    });
  }

  async replace(ref: ObjectRef, body: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#answer("replace", ref, options.dryRun ?? false, () => {
      const before = this.#demand(ref);
      if (valueAt(body, "/metadata/resourceVersion") !== versionOf(before)) throw failure("conflict", 409);
      return this.#store(ref, withValueAt(body, "/metadata/uid", uidOf(before)) as JsonObject, managersOf(before));
    });
  }

  async delete(ref: ObjectRef, preconditions: Preconditions = {}, options: WriteOptions = {}): Promise<boolean> {
    return this.#answer("delete", ref, options.dryRun ?? false, () => {
      const before = this.seen(ref);
      if (before === null) return false;
      const { uid, resourceVersion } = preconditions;
      if (uid !== undefined && uid !== uidOf(before)) throw failure("conflict", 409);
      if (resourceVersion !== undefined && resourceVersion !== versionOf(before)) throw failure("conflict", 409);
      if (options.dryRun === true) return true;
      const held = valueAt(before.body, "/metadata/finalizers");
      if (Array.isArray(held) && held.length > 0)
        this.#store(
          ref,
          withValueAt(before.body, "/metadata/deletionTimestamp", "now") as JsonObject,
          managersOf(before),
        );
      else this.remove(ref);
      return true;
    });
  }

  // oxlint-disable-next-line require-yield
  async *watch(): AsyncGenerator<never> {
    throw new Error("the memory cluster has no watches");
  }

  async exec(): Promise<never> {
    throw new Error("the memory cluster runs nothing");
  }

  async portForward(): Promise<never> {
    throw new Error("the memory cluster runs nothing");
  }

  async may(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}

  async #answer<T>(verb: Request["verb"], ref: ObjectRef, dryRun: boolean, work: () => T): Promise<T> {
    const request = { verb, ref, dryRun };
    this.requests.push(request);
    // As over a network: others get a turn between question and answer.
    await new Promise((resolve) => setImmediate(resolve));
    const fault = this.fault(request);
    if (fault instanceof ApiFailure) throw fault;
    const answer = work();
    if (fault === "lost") throw failure("unreachable", 0);
    return answer;
  }

  #demand(ref: ObjectRef): KubeObject {
    const object = this.seen(ref);
    if (object === null) throw failure("not-found", 404);
    return object;
  }

  #store(ref: ObjectRef, body: JsonObject, managedFields: readonly Entry[]): KubeObject {
    const before = this.seen(ref);
    const next = withValueAt(body, "/metadata/managedFields", managedFields as unknown as Json) as JsonObject;
    if (before !== null && equalJson(before.body, withValueAt(next, "/metadata/resourceVersion", versionOf(before))))
      return before;
    this.#version += 1;
    const stored = withValueAt(next, "/metadata/resourceVersion", String(this.#version)) as JsonObject;
    const apiVersion = typeof body["apiVersion"] === "string" ? body["apiVersion"] : "v1";
    const object: KubeObject = { ref, apiVersion, origin: { cluster: this.id }, body: stored };
    this.#objects.set(refKey(ref), object);
    return object;
  }

  #uid(): string {
    this.#version += 1;
    return `uid-${this.#version}`;
  }
}

export function failure(
  reason: FailureReason,
  status: number,
  conflicts: ApiFailure["conflicts"] = [],
  retryAfterMs: number | null = null,
): ApiFailure {
  return new ApiFailure({ reason, request: "memory", message: reason, status, conflicts, retryAfterMs });
}

interface Entry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly time: string;
  readonly fieldsV1: JsonObject;
}

/** Maps are entered, everything else is a leaf. */
function fieldsOf(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      `f:${key}`,
      isJsonObject(below) && Object.keys(below).length > 0 ? fieldsOf(below) : {},
    ]),
  );
}

/** What names an object is nobody's field. */
function withoutMetadata({ apiVersion: _a, kind: _k, metadata, ...rest }: JsonObject): JsonObject {
  const {
    name: _n,
    namespace: _s,
    uid: _u,
    resourceVersion: _v,
    managedFields: _m,
    ...kept
  } = isJsonObject(metadata) ? metadata : {};
  return Object.keys(kept).length > 0 ? { ...rest, metadata: kept } : rest;
}

function conflictsWith({ manager, fieldsV1 }: Entry, wanted: Json, seen: Json): { manager: string; field: string }[] {
  const visit = (set: JsonObject, value: Json | undefined, now: Json | undefined, path: string) => {
    const found: { manager: string; field: string }[] = [];
    if (value === undefined) return found;
    const inside = Object.entries(set);
    if (inside.length === 0) {
      if (now !== undefined && !equalJson(value, now)) found.push({ manager, field: path });
      return found;
    }
    for (const [key, below] of inside) {
      const name = key.slice(2);
      const deeper = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      const there = isJsonObject(now) && Object.hasOwn(now, name) ? now[name] : undefined;
      found.push(...visit(isJsonObject(below) ? below : {}, deeper, there, `${path}.${name}`));
    }
    return found;
  };
  return visit(fieldsV1, wanted, seen, "");
}

/** Fields that we held and do not want any more go. */
function removedOurs(before: KubeObject, wanted: JsonObject): JsonObject {
  const ours = managersOf(before).find(({ manager }) => manager === fieldManager)?.fieldsV1 ?? {};
  const visit = (value: Json, held: JsonObject, still: JsonObject): Json => {
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, below]) => {
        const mine = held[`f:${key}`];
        if (!isJsonObject(mine)) return [[key, below]];
        const next = still[`f:${key}`];
        if (next === undefined) return [];
        return [[key, visit(below, mine, isJsonObject(next) ? next : {})]];
      }),
    );
  };
  return visit(before.body, ours, wanted) as JsonObject;
}

function merged(into: JsonObject, from: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...into };
  for (const [key, value] of Object.entries(from)) {
    const there = result[key];
    result[key] = isJsonObject(value) && isJsonObject(there ?? null) ? merged(there as JsonObject, value) : value;
  }
  return result;
}

function mergedPatch(into: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json> = isJsonObject(into) ? { ...into } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergedPatch(result[key] ?? null, value);
  }
  return result;
}

function managersOf(object: KubeObject | null): Entry[] {
  const entries: unknown = object && valueAt(object.body, "/metadata/managedFields");
  return Array.isArray(entries) ? (entries as Entry[]) : [];
}

function objectAt(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  return isJsonObject(value) ? value : {};
}

const uidOf = (object: KubeObject) => metadataText(object, "uid");
const versionOf = (object: KubeObject) => metadataText(object, "resourceVersion");

function plain(body: JsonObject): Json {
  const { uid: _u, resourceVersion: _v, managedFields: _m, ...metadata } = objectAt(body, "metadata");
  return { ...body, metadata };
}
