// A small client of one cluster's API server, for the lab's own programs and tests: plain JSON over a pool of connections.
import { Agent, type Dispatcher } from "undici";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { ApiError } from "./api-error.ts";
import { ApiPaths } from "./api-paths.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import type { KindRef, LiveObject, Manifest, ObjectName } from "./live-object.ts";

export interface Selection {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
}

export interface ObjectList {
  readonly items: readonly LiveObject[];
  readonly resourceVersion: string;
}

/** RFC 7386, RFC 6902, and Kubernetes' own, which CRDs' kinds do not take. */
export type PatchType = "merge" | "json" | "strategic";

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** 0: none; otherwise 30 s. Of the whole answer. */
  readonly timeoutMs?: number;
}

export class KubeApi {
  readonly server: string;
  readonly #agent: Agent;
  readonly #paths: ApiPaths;

  private constructor(server: string, agent: Agent) {
    this.server = server;
    this.#agent = agent;
    this.#paths = new ApiPaths(async (path) => orNull(this.#json("GET", path)));
  }

  /** `connections` is how many requests are under way at once; watches have one each on top. */
  static async open(kubeconfig: string, connections = 16): Promise<KubeApi> {
    const { server, authority, certificate, key } = await readKubeconfig(kubeconfig);
    const connect = { ca: authority, cert: certificate, key, timeout: 10_000 };
    return new KubeApi(server, new Agent({ connect, connections: connections + 64, bodyTimeout: 0 }));
  }

  /** Ends what is under way as well. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async get(name: ObjectName): Promise<LiveObject | null> {
    return orNull(this.#json("GET", await this.#paths.path(name, name.namespace, name.name)) as Promise<LiveObject>);
  }

  async list(of: KindRef, selection: Selection = {}): Promise<ObjectList> {
    const path = await this.#paths.path(of, selection.namespace);
    const answer = (await this.#json("GET", path, { query: selectors(selection) })) as JsonObject;
    const { items, metadata } = answer;
    const version = isJsonObject(metadata) ? metadata["resourceVersion"] : undefined;
    // Lists leave out what is the same for all items.
    const whole = (Array.isArray(items) ? items : []).map((item: LiveObject) => ({
      ...item,
      apiVersion: of.apiVersion,
      kind: of.kind,
    }));
    return { items: whole, resourceVersion: typeof version === "string" ? version : "" };
  }

  async create(object: Manifest): Promise<LiveObject> {
    const path = await this.#paths.path(object, namespaceOf(object));
    return (await this.#json("POST", path, { body: JSON.stringify(object) })) as LiveObject;
  }

  /** Server-side apply; takes fields over from other owners unless told not to. */
  async apply(object: Manifest, owner: string, options: { readonly force?: boolean } = {}): Promise<LiveObject> {
    const path = await this.#paths.path(object, namespaceOf(object), nameIn(object));
    const query = { fieldManager: owner, force: String(options.force ?? true) };
    const contentType = "application/apply-patch+yaml";
    return (await this.#json("PATCH", path, { query, contentType, body: JSON.stringify(object) })) as LiveObject;
  }

  /** With "status" or another subresource, that part of the object. */
  async patch(name: ObjectName, type: PatchType, patch: Json, subresource?: string): Promise<LiveObject> {
    const path = await this.#paths.path(name, name.namespace, name.name);
    const contentType = `application/${type === "strategic" ? "strategic-merge" : type}-patch+json`;
    const whole = subresource === undefined ? path : `${path}/${subresource}`;
    return (await this.#json("PATCH", whole, { contentType, body: JSON.stringify(patch) })) as LiveObject;
  }

  /** False when there was none. What depends on the object goes after it, or before it when "Foreground" is asked. */
  async delete(name: ObjectName, propagation: "Background" | "Foreground" | "Orphan" = "Background"): Promise<boolean> {
    const path = await this.#paths.path(name, name.namespace, name.name);
    return (await orNull(this.#json("DELETE", path, { query: { propagationPolicy: propagation } }))) !== null;
  }

  /** The log of a pod's container, as it is now. */
  async log(namespace: string, pod: string, container?: string): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
    return this.text("GET", path, { query: { container } });
  }

  /** Any path's answer as text; an answer of 400 or more is an ApiError. */
  async text(method: Dispatcher.HttpMethod, path: string, options: CallOptions = {}): Promise<string> {
    const { timeoutMs = 30_000 } = options;
    const limit = timeoutMs === 0 ? [] : [AbortSignal.timeout(timeoutMs)];
    const signals = options.signal === undefined ? limit : [options.signal, ...limit];
    const { body } = await this.answer(method, path, { ...options, signal: AbortSignal.any(signals) });
    return body.text();
  }

  /** The lines of a watch of a kind from a version on, as the server sends them; ends when the server ends it. */
  async *watchLines(of: KindRef, selection: Selection, from: string, signal: AbortSignal): AsyncIterable<string> {
    const path = await this.#paths.path(of, selection.namespace);
    const query = { ...selectors(selection), watch: "true", allowWatchBookmarks: "true", resourceVersion: from };
    const { body } = await this.answer("GET", path, { query, signal });
    let rest = "";
    body.setEncoding("utf8");
    for await (const chunk of body) {
      rest += String(chunk);
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  }

  /** The answer with its body still to be read; 400 or more is an ApiError. */
  async answer(method: Dispatcher.HttpMethod, path: string, options: CallOptions): Promise<Dispatcher.ResponseData> {
    const url = new URL(path, this.server);
    for (const [name, value] of Object.entries(options.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value);
    const answer = await this.#agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { accept: "application/json, */*", "content-type": options.contentType ?? "application/json" },
      body: options.body ?? null,
      signal: options.signal ?? null,
    });
    if (answer.statusCode < 400) return answer;
    throw new ApiError(`${method} ${url.pathname}`, answer.statusCode, await answer.body.text());
  }

  async #json(method: Dispatcher.HttpMethod, path: string, options: CallOptions = {}): Promise<Json> {
    return JSON.parse(await this.text(method, path, options)) as Json;
  }
}

/** What is not there is null; every other refusal stays an error. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function selectors({ labels, fields }: Selection): Readonly<Record<string, string | undefined>> {
  return { labelSelector: labels, fieldSelector: fields };
}

function namespaceOf({ metadata }: Manifest): string | undefined {
  const namespace = metadata["namespace"];
  return typeof namespace === "string" ? namespace : undefined;
}

function nameIn({ metadata }: Manifest): string {
  const name = metadata["name"];
  return typeof name === "string" ? name : "";
}
