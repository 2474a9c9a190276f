// An API server that plays what a test tells it, over plain HTTP on loopback: for refusals and accidents that a real one has no switch for.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import type { Json } from "../../src/core/json.ts";
import type { Connection } from "../../src/kube/live/connection.ts";
import { LiveClient } from "../../src/kube/live/live-client.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

export interface Reply {
  readonly status?: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a body: lines as they are, then the end, or a cut. */
  readonly lines?: readonly string[];
  readonly cut?: boolean;
}

export interface PlayServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly client: LiveClient;
  connection(parts?: Partial<Connection>): Connection;
}

export async function playServer(answer: (asked: Asked) => Reply): Promise<PlayServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://play.test");
    const each = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
    };
    asked.push(each);
    const { status = 200, body = {}, headers = {}, lines, cut } = answer(each);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    if (lines === undefined && cut !== true) return void response.end(JSON.stringify(body));
    for (const line of lines ?? []) response.write(`${line}\n`);
    if (cut === true) response.write('{"cut', () => response.destroy());
    else response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = (parts: Partial<Connection> = {}): Connection => ({
    id: clusterId("east"),
    at: `context play (${url})`,
    server: url,
    authority: null,
    serverName: null,
    insecure: false,
    proxy: null,
    credentials: async () => null,
    ...parts,
  });
  const client = new LiveClient(connection());
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { url, asked, client, connection };
}

/** A Status object, as a real server refuses. */
export function refusal(status: number, reason: string, message = reason, details: Json = {}): Reply {
  return {
    status,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, details, code: status },
  };
}

export interface PlayedKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: boolean;
  readonly version?: string;
}

/** Aggregated discovery of these kinds; null for every other path. */
export function discovery(kinds: readonly PlayedKind[]): (asked: Asked) => Reply | null {
  const groups = (core: boolean): Json => ({
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    items: kinds
      .filter(({ group }) => (group === "") === core)
      .map(({ group, kind, plural, namespaced = true, version = "v1" }) => ({
        metadata: { name: group },
        versions: [
          {
            version,
            freshness: "Current",
            resources: [
              {
                resource: plural,
                responseKind: { group, version, kind },
                scope: namespaced ? "Namespaced" : "Cluster",
                verbs: ["get", "list", "watch"],
              },
            ],
          },
        ],
      })),
  });
  return ({ path }) => (path === "/api" || path === "/apis" ? { body: groups(path === "/api") } : null);
}

/** A page of a list. */
export function page(items: readonly Json[], rest = "", resourceVersion = "7"): Reply {
  return { body: { kind: "List", apiVersion: "v1", metadata: { resourceVersion, continue: rest }, items } };
}

export const named = (name: string, namespace?: string): { readonly metadata: { readonly name: string } } => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
