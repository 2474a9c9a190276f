// A proxy in front of a lab cluster's API server: it counts what is asked, and answers wrongly where a test wants it to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Connection, readKubeconfig } from "../api/kubeconfig.ts";
import { plainKubeconfig } from "../api/plain-kubeconfig.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/**
 * What becomes of a request. "reset": the connection breaks before it is passed on; "lost": after the server has answered; "half":
 * in the middle of the answer's body.
 */
export type Verdict =
  | "pass"
  | "reset"
  | "lost"
  | "half"
  | { readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly delayMs: number };

export interface ApiProxy {
  readonly url: string;
  /** A kubeconfig that leads through the proxy. */
  readonly kubeconfig: string;
  readonly asked: Asked[];
  /** What the server has carried out, whoever still waited for its answer. */
  readonly carriedOut: Asked[];
  /** How the server has answered. */
  readonly statuses: Map<Asked, number>;
  /** Bodies that were passed on. */
  readonly answers: string[];
  /** How many requests got another verdict than "pass". */
  disturbed: number;
  judge: (asked: Asked) => Verdict;
}

export function isWrite({ method, path }: Asked): boolean {
  return method !== "GET" && !path.includes("dryRun=All") && !path.includes("selfsubject");
}

/** Until the test ends. */
export async function apiProxy({ kubeconfig, name }: LabCluster): Promise<ApiProxy> {
  const connection = await readKubeconfig(kubeconfig);
  const folder = mkdtempSync(join(tmpdir(), "meshferry-proxy-"));
  const own = join(folder, "kubeconfig");
  const proxy: Omit<ApiProxy, "url"> = {
    kubeconfig: own,
    asked: [],
    carriedOut: [],
    statuses: new Map(),
    answers: [],
    disturbed: 0,
    judge: () => "pass",
  };
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const asked = { method: incoming.method ?? "", path: incoming.url ?? "" };
    proxy.asked.push(asked);
    const verdict = proxy.judge(asked);
    if (verdict !== "pass") proxy.disturbed += 1;
    serve({ connection, asked, proxy }, incoming, outgoing, verdict);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}`;
  writeFileSync(own, plainKubeconfig(name, at));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  return Object.assign(proxy, { url: at });
}

interface Through {
  readonly connection: Connection;
  readonly asked: Asked;
  readonly proxy: Pick<ApiProxy, "answers" | "carriedOut" | "statuses">;
}

function serve(through: Through, incoming: IncomingMessage, outgoing: ServerResponse, verdict: Verdict): void {
  if (verdict === "reset") {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (typeof verdict === "object" && "status" in verdict) {
    incoming.resume();
    const after = verdict.retryAfterSeconds;
    outgoing.writeHead(verdict.status, after === undefined ? {} : { "retry-after": String(after) });
    outgoing.end("disturbed by the test");
    return;
  }
  const forward = () => pass(through, incoming, outgoing, verdict);
  if (typeof verdict === "object") setTimeout(forward, verdict.delayMs);
  else forward();
}

function pass(
  { connection, asked, proxy }: Through,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  verdict: Verdict,
): void {
  const { server, authority, certificate, key } = connection;
  const { host: _, authorization: _a, ...headers } = incoming.headers;
  const url = new URL(incoming.url ?? "/", server);
  const onward = httpsRequest(
    url,
    { method: incoming.method, headers, ca: authority, cert: certificate, key },
    (answer) => {
      proxy.statuses.set(asked, answer.statusCode ?? 500);
      if ((answer.statusCode ?? 500) < 300) proxy.carriedOut.push(asked);
      if (verdict === "lost") {
        answer.resume();
        answer.on("end", () => incoming.socket.resetAndDestroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (verdict !== "half") {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => proxy.answers.push(Buffer.concat(chunks).toString("utf8")));
        answer.pipe(outgoing);
        return;
      }
      answer.once("data", (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => incoming.socket.resetAndDestroy());
        answer.resume();
      });
    },
  );
  onward.on("error", () => incoming.socket.destroy());
  // Whoever ends a watch at our end ends it at the server's; a write goes on without whom it was for.
  if (asked.method === "GET") outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
