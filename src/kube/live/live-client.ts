// The ClusterClient that speaks to a real API server.
import type { Duplex } from "node:stream";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { KubeObject, ObjectRef } from "../../core/object-ref.ts";
import { kindKey } from "../../core/object-ref.ts";
import type { ClusterId } from "../../core/ids.ts";
import { ApiFailure } from "./api-failure.ts";
import { ApiServer, type Call, jsonPatchType } from "./api-server.ts";
import {
  type ApplyOptions,
  type ChangeEvent,
  type ClusterClient,
  type ExecResult,
  fieldManager,
  type Listed,
  type ListOptions,
  type Preconditions,
  type ServedKind,
  type WriteOptions,
} from "./cluster-client.ts";
import type { Connection } from "./connection.ts";
import { Discovery } from "./discovery.ts";
import { exec, execTimeoutMs } from "./exec.ts";
import { metadataAlone, metadataList, objectFrom } from "./live-object.ts";
import { NewestSeen } from "./newest-seen.ts";
import { portForward } from "./port-forward.ts";
import { follow } from "./watch.ts";
import { watchLines } from "./watch-lines.ts";

type Kind = { readonly group: string; readonly kind: string };

const pageSize = 500;
/** Definitions are up to a megabyte each. */
const definitionPageSize = 50;
/** A page of large objects over a slow line. */
const pageTimeoutMs = 60_000;

export class LiveClient implements ClusterClient {
  readonly id: ClusterId;
  readonly at: string;
  readonly #server: ApiServer;
  readonly #discovery: Discovery;
  readonly #newest = new NewestSeen();

  constructor(connection: Connection) {
    this.id = connection.id;
    this.at = connection.at;
    this.#server = new ApiServer(connection);
    this.#discovery = new Discovery(async (call) => this.#server.json(call));
  }

  async served(of: Kind): Promise<ServedKind | null> {
    return this.#discovery.served(of);
  }

  async list(of: Kind, options: ListOptions = {}): Promise<Listed> {
    return this.#list(of, options, undefined);
  }

  async get(ref: ObjectRef): Promise<KubeObject | null> {
    neverWhole(ref, "get");
    return this.#get(ref, "application/json");
  }

  async getMetadata(ref: ObjectRef): Promise<KubeObject | null> {
    return this.#get(ref, metadataAlone);
  }

  async apply(ref: ObjectRef, body: JsonObject, options: ApplyOptions = {}): Promise<KubeObject> {
    const query = { force: options.force === true ? "true" : "false" };
    const at = await this.#place(ref, versionOf(body));
    return this.#write(at, { method: "PATCH", contentType: "application/apply-patch+yaml", body, query }, options);
  }

  async patch(ref: ObjectRef, ops: readonly JsonObject[], options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write(await this.#place(ref), { method: "PATCH", contentType: jsonPatchType, body: ops }, options);
  }

  async mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<KubeObject> {
    const place = await this.#place(ref);
    const at = options.subresource === undefined ? place : { ...place, path: `${place.path}/${options.subresource}` };
    return this.#write(at, { method: "PATCH", contentType: "application/merge-patch+json", body: patch }, options);
  }

  async create(ref: ObjectRef, body: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    const place = await this.#place(ref, versionOf(body));
    const path = place.path.slice(0, place.path.lastIndexOf("/"));
    return this.#write({ ...place, path }, { method: "POST", body }, options);
  }

  async replace(ref: ObjectRef, body: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write(await this.#place(ref, versionOf(body)), { method: "PUT", body }, options);
  }

  async delete(ref: ObjectRef, preconditions: Preconditions = {}, options: WriteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion } = preconditions;
    const body: JsonObject = {
      kind: "DeleteOptions",
      apiVersion: "v1",
      propagationPolicy: "Background",
      preconditions: {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
    };
    try {
      const { path } = await this.#place(ref);
      // The answer to a deletion is the object where finalizers hold it.
      await this.#server.json({ method: "DELETE", path, body, accept: metadataAlone, signal: options.signal });
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  watch(of: Kind, options: ListOptions, signal: AbortSignal): AsyncIterable<ChangeEvent> {
    if (options.metadataOnly !== true) neverWhole(of, "watch");
    const accept = options.metadataOnly === true ? metadataAlone : "application/json";
    let apiVersion = "";
    return follow(
      {
        list: async (until) => this.#list(of, options, until),
        lines: async (from, until) => {
          const served = await this.#served(of);
          apiVersion = apiVersionOf(served);
          const path = pathOfKind(served, options.namespace ?? null);
          return watchLines(this.#server, { path, accept, query: selectors(options), from }, until);
        },
        object: (body) => this.#noted(objectFrom(this.id, of, apiVersion, body)),
      },
      signal,
    );
  }

  async exec(
    pod: ObjectRef,
    container: string,
    command: readonly string[],
    options: { readonly stdin?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<ExecResult> {
    const { stdin, timeoutMs = execTimeoutMs, signal } = options;
    return exec(this.#server, { path: `${podPath(pod)}/exec`, container, command, stdin, timeoutMs, signal });
  }

  async portForward(pod: ObjectRef, port: number): Promise<Duplex> {
    return portForward(this.#server, `${podPath(pod)}/portforward`, port);
  }

  async may(
    verb: string,
    resource: string,
    group: string,
    where: { readonly namespace?: string; readonly name?: string; readonly subresource?: string },
  ): Promise<boolean> {
    const answer = await this.#server.json({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb, resource, group, ...where } },
      },
    });
    const status = isJsonObject(answer) ? answer["status"] : undefined;
    return isJsonObject(status) && status["allowed"] === true;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  async #get(ref: ObjectRef, accept: string): Promise<KubeObject | null> {
    try {
      const place = await this.#place(ref);
      const check = this.#newest.object(ref);
      const object = this.#object(place, await this.#server.json({ method: "GET", path: place.path, accept }));
      check(object.body, `GET ${place.path}`);
      return object;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #list(of: Kind, options: ListOptions, signal: AbortSignal | undefined): Promise<Listed> {
    const { metadataOnly = false, namespace } = options;
    if (!metadataOnly) neverWhole(of, "list");
    const served = await this.#served(of);
    const path = pathOfKind(served, namespace ?? null);
    const accept = metadataOnly ? metadataList : "application/json";
    const apiVersion = apiVersionOf(served);
    const limit = of.kind === "CustomResourceDefinition" ? definitionPageSize : pageSize;
    let objects: KubeObject[] = [];
    let next: string | undefined;
    for (let attempts = 0; ; ) {
      const query = {
        ...selectors(options),
        limit: String(limit),
        ...(next === undefined ? {} : { continue: next }),
      };
      const check = next === undefined ? this.#newest.list(of) : null;
      let page: Json;
      try {
        page = await this.#server.json({ method: "GET", path, query, accept, signal, timeoutMs: pageTimeoutMs });
      } catch (error) {
        // The pages so far are of a state that the server has forgotten: all of them are asked for anew, whole.
        if (!(error instanceof ApiFailure) || error.reason !== "gone" || next === undefined || attempts === 3)
          throw error;
        [objects, next, attempts] = [[], undefined, attempts + 1];
        continue;
      }
      check?.(page, `GET ${path}`);
      const { items, resourceVersion, rest } = pageIn(page);
      for (const item of items) objects.push(this.#noted(objectFrom(this.id, of, apiVersion, item)));
      if (rest === "") return { objects, resourceVersion };
      next = rest;
    }
  }

  async #write(place: Place, call: Omit<Call, "path">, options: WriteOptions): Promise<KubeObject> {
    const query = { ...call.query, fieldManager, ...(options.dryRun === true ? { dryRun: "All" } : {}) };
    const accept = isSecret(place.ref) ? metadataAlone : "application/json";
    const { path } = place;
    const answer = await this.#server.json({ ...call, path, query, accept, signal: options.signal });
    const object = this.#object(place, answer);
    return options.dryRun === true ? object : this.#noted(object);
  }

  #noted(object: KubeObject): KubeObject {
    this.#newest.note(object.ref, object.body);
    return object;
  }

  #object({ ref, apiVersion }: Place, answer: Json): KubeObject {
    return objectFrom(this.id, ref, apiVersion, isJsonObject(answer) ? answer : {});
  }

  async #served(of: Kind, version?: string): Promise<ServedKind> {
    const served = await this.#discovery.served(of, version);
    if (served !== null) return served;
    const message = `${kindKey(of)}${version === undefined ? "" : ` of version ${version}`} is not installed`;
    throw new ApiFailure({ reason: "not-installed", request: `discovery of ${kindKey(of)}`, message, status: 404 });
  }

  async #place(ref: ObjectRef, version?: string): Promise<Place> {
    const served = await this.#served(ref, version);
    const path = `${pathOfKind(served, ref.namespace)}/${encodeURIComponent(ref.name)}`;
    return { ref, path, apiVersion: apiVersionOf(served) };
  }
}

/** Where an object is, in the version in which it is asked for. */
interface Place {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly apiVersion: string;
}

function apiVersionOf({ group, version }: ServedKind): string {
  return group === "" ? version : `${group}/${version}`;
}

function pathOfKind({ group, version, plural, namespaced }: ServedKind, namespace: string | null): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced && namespace !== null
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`;
}

function podPath({ namespace, name }: ObjectRef): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace ?? "default")}/pods/${encodeURIComponent(name)}`;
}

function selectors({ labels, fields }: ListOptions): Readonly<Record<string, string>> {
  return {
    ...(labels === undefined ? {} : { labelSelector: labels }),
    ...(fields === undefined ? {} : { fieldSelector: fields }),
  };
}

/** The version that the body is written in: it is sent where that version is served. */
function versionOf(body: JsonObject): string | undefined {
  const apiVersion = body["apiVersion"];
  return typeof apiVersion === "string" ? apiVersion.split("/").at(-1) : undefined;
}

function pageIn(page: Json): {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly rest: string;
} {
  const { items, metadata } = isJsonObject(page) ? page : {};
  const { resourceVersion, continue: rest } = isJsonObject(metadata) ? metadata : {};
  return {
    items: (Array.isArray(items) ? (items as readonly Json[]) : []).filter(isJsonObject),
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
    rest: typeof rest === "string" ? rest : "",
  };
}

/** No object of the name; a kind that is not installed has none either, but saying so would hide it. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiFailure && error.reason === "not-found";
}

const isSecret = ({ group, kind }: Kind) => group === "" && kind === "Secret";

/** Not a refusal but a bug: values of Secrets must never come over the wire. */
function neverWhole(of: Kind, verb: string): void {
  if (isSecret(of)) throw new Error(`${verb} of a Secret without metadataOnly`);
}
