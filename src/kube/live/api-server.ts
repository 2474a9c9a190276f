// Requests to one API server: a pool of connections, its credentials, time limits, and refusals as ApiFailures.
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import type { Json } from "../../core/json.ts";
import { AddressTrouble } from "./address-trouble.ts";
import { ApiFailure } from "./api-failure.ts";
import type { ClientCertificate, Connection, Credentials } from "./connection.ts";
import { networkFailure } from "./network-failure.ts";
import { failureOf } from "./status.ts";

export interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly accept?: string;
  readonly body?: Json;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Of the whole answer; 30 s unless said; 0: none. */
  readonly timeoutMs?: number;
}

/** Requests under way at once; more wait for a connection. Watches and programs in pods have one each on top. */
const connections = 16;
const connectTimeoutMs = 10_000;
export const answerTimeoutMs = 30_000;

interface Pools {
  readonly certificate: ClientCertificate | null;
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

export class ApiServer {
  readonly #connection: Connection;
  readonly #base: URL;
  #pools: Pools | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#base = new URL(connection.server);
  }

  /** Ends what is under way as well. */
  async close(): Promise<void> {
    const pools = this.#pools;
    this.#pools = null;
    await Promise.all([pools?.requests.destroy(), pools?.streams.destroy()]);
  }

  async json(call: Call): Promise<Json> {
    const { timeoutMs = answerTimeoutMs } = call;
    const limit = timeoutMs === 0 ? [] : [AbortSignal.timeout(timeoutMs)];
    const signals = call.signal === undefined ? limit : [call.signal, ...limit];
    const request = textOf(call);
    try {
      const { body } = await this.#answer(call, AbortSignal.any(signals), "requests");
      return (await body.json()) as Json;
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new ApiFailure({ reason: "server-error", request, message: "the answer is not JSON" });
      if (limit[0]?.aborted === true && call.signal?.aborted !== true)
        throw new ApiFailure({ reason: "unreachable", request, message: `no answer within ${timeoutMs / 1000} s` });
      throw networkFailure(request, error, call.signal);
    }
  }

  /** An answer that goes on, on a connection of its own. */
  async stream(call: Call & { readonly signal: AbortSignal }): Promise<Dispatcher.ResponseData["body"]> {
    try {
      return (await this.#answer(call, call.signal, "streams")).body;
    } catch (error) {
      throw networkFailure(textOf(call), error, call.signal);
    }
  }

  /** What a WebSocket to a path needs. */
  async socketParts(call: Pick<Call, "path" | "query">): Promise<{
    readonly url: URL;
    readonly dispatcher: Dispatcher;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
  }> {
    const credentials = (await this.#credentialsFrom({ method: "GET", path: call.path })) ?? noCredentials;
    const { streams } = this.#poolsFor(credentials);
    const url = this.#url(call);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    return { url, dispatcher: streams, headers: credentials.headers };
  }

  async #answer(call: Call, signal: AbortSignal, pool: "requests" | "streams"): Promise<Dispatcher.ResponseData> {
    const credentials = (await this.#credentialsFrom(call)) ?? noCredentials;
    const first = await this.#send(call, credentials, signal, pool);
    if (first.statusCode !== 401) return this.#unrefused(call, first);
    // Tokens end while a command runs: others are asked for once.
    const others = await this.#credentialsFrom(call, credentials);
    if (others === null) return this.#unrefused(call, first);
    await first.body.dump();
    return this.#unrefused(call, await this.#send(call, others, signal, pool));
  }

  /** That they cannot be had is a refusal like any other; what the user does about it goes along as its cause. */
  async #credentialsFrom(call: Pick<Call, "method" | "path">, refused?: Credentials): Promise<Credentials | null> {
    try {
      return await this.#connection.credentials(refused);
    } catch (error) {
      if (!(error instanceof AddressTrouble)) throw error;
      const failure = new ApiFailure({ reason: "unauthorized", request: textOf(call), message: error.message });
      failure.cause = error;
      throw failure;
    }
  }

  async #send(call: Call, credentials: Credentials, signal: AbortSignal, pool: "requests" | "streams") {
    const url = this.#url(call);
    const { [pool]: dispatcher } = this.#poolsFor(credentials);
    const { body, method } = call;
    return dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: {
        accept: call.accept ?? "application/json",
        "user-agent": "meshferry",
        ...(body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
        ...(credentials.headers as Record<string, string | string[]>),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    });
  }

  async #unrefused(call: Call, answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
    const { statusCode: status, headers, body } = answer;
    if (status < 300) return answer;
    const retryAfter = headers["retry-after"];
    throw failureOf({
      request: textOf(call),
      status,
      body: await body.text(),
      retryAfter: typeof retryAfter === "string" ? retryAfter : null,
      nowMs: nowAt(headers["date"]),
      jsonPatch: call.contentType === jsonPatchType,
    });
  }

  #url({ path, query = {} }: Pick<Call, "path" | "query">): URL {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/$/u, "")}${path}`;
    for (const [name, value] of Object.entries(query))
      for (const each of typeof value === "string" ? [value] : (value ?? [])) url.searchParams.append(name, each);
    return url;
  }

  #poolsFor({ certificate }: Credentials): Pools {
    const now = this.#pools;
    if (now !== null && sameCertificate(now.certificate, certificate)) return now;
    const pools = {
      certificate,
      requests: this.#dispatcher(certificate, connections),
      streams: this.#dispatcher(certificate, null),
    };
    this.#pools = pools;
    // What is under way on the old ones ends as it is.
    void Promise.all([now?.requests.close(), now?.streams.close()]);
    return pools;
  }

  #dispatcher(certificate: ClientCertificate | null, limit: number | null): Dispatcher {
    const { authority, serverName, insecure, proxy } = this.#connection;
    const connect = {
      timeout: connectTimeoutMs,
      rejectUnauthorized: !insecure,
      ...(authority === null ? {} : { ca: authority }),
      ...(serverName === null ? {} : expecting(serverName)),
      ...(certificate === null ? {} : { cert: certificate.certificate, key: certificate.key }),
    };
    // Time limits are each call's own; watches are silent for minutes.
    const options = { connections: limit, bodyTimeout: 0, headersTimeout: 0 };
    if (proxy === null) return new Agent({ ...options, connect });
    return new ProxyAgent({ ...options, uri: proxy, requestTls: connect, proxyTls: { timeout: connectTimeoutMs } });
  }
}

/** By the server's clock, where it says so (RFC 9110, 6.6.1): a date in Retry-After is one of that clock, ours may be wrong. */
function nowAt(date: string | string[] | undefined): number {
  const at = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? Date.now() : at;
}

const noCredentials: Credentials = { headers: {}, certificate: null };

export const jsonPatchType = "application/json-patch+json";

/** The name that the certificate must have. An address is no name to be asked for (RFC 6066), only one to be compared. */
function expecting(name: string): {
  readonly servername: string;
  readonly checkServerIdentity?: typeof checkServerIdentity;
} {
  if (isIP(name) === 0) return { servername: name };
  return { servername: "", checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };
}

export function textOf({ method, path }: Pick<Call, "method" | "path">): string {
  return `${method} ${path}`;
}

function sameCertificate(left: ClientCertificate | null, right: ClientCertificate | null): boolean {
  return left?.certificate === right?.certificate && left?.key === right?.key;
}
