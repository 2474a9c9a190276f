// A proxy in front of a lab cluster's API server: it counts what is asked, and answers wrongly where a test wants it to.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { type Connection, readKubeconfig } from "../api/kubeconfig.ts";
import { plainKubeconfig } from "../api/plain-kubeconfig.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The header; "" where there is none. */
  readonly authorization: string;
}

export interface Answered extends Asked {
  readonly status: number;
  /** The object's resourceVersion in the answer; "" where it has none, null before the answer has come whole. */
  readonly version: string | null;
}

/**
 * What becomes of a request. "reset": the connection breaks before it is passed on; "lost": after the server has answered; "half":
 * in the middle of the answer's body; "hang": nothing is ever answered; "stale": what the same question was answered first, in the
 * place of an answer, and passed on where it is asked for the first time.
 */
export type Verdict =
  | "pass"
  | "reset"
  | "lost"
  | "half"
  | "hang"
  | "stale"
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly body?: string }
  | { readonly delayMs: number }
  | { readonly after: Promise<void> };

export interface ApiProxy {
  /** A kubeconfig that leads through the proxy. */
  readonly kubeconfig: string;
  readonly asked: Asked[];
  /** What the server itself has answered, from its first byte on, whoever still waited for it. */
  readonly answered: Answered[];
  /** Bodies that were passed on. */
  readonly answers: string[];
  /** How many requests got another verdict than "pass". */
  disturbed: number;
  /** How many times the server itself could not be reached. */
  unreached: number;
  judge: (asked: Asked) => Verdict;
  /** The path, with its query, under which the server is asked. */
  rewrite: (path: string) => string;
  /** A kubeconfig through the proxy for this user entry. */
  kubeconfigFor(user: JsonObject): string;
  /** Breaks all connections that there are. */
  cut(): void;
}

export function isWrite({ method, path }: Pick<Asked, "method" | "path">): boolean {
  return method !== "GET" && !path.includes("dryRun=All") && !path.includes("selfsubject");
}

export const isWatch = ({ path }: Pick<Asked, "path">): boolean => path.includes("watch=true");

/** Until the test ends. */
export async function apiProxy({ kubeconfig, name }: LabCluster): Promise<ApiProxy> {
  const connection = await readKubeconfig(kubeconfig);
  const folder = mkdtempSync(join(tmpdir(), "meshferry-proxy-"));
  const sockets = new Set<Socket>();
  const firstAnswers = new Map<string, Buffer>();
  const server = createServer((incoming, outgoing) => {
    const asked = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      authorization: incoming.headers.authorization ?? "",
    };
    proxy.asked.push(asked);
    const judged = proxy.judge(asked);
    const verdict = judged === "stale" && !firstAnswers.has(asked.path) ? "pass" : judged;
    if (verdict !== "pass") proxy.disturbed += 1;
    // Kept whole from the start: a request that is held is passed on also after its sender has gone.
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      serve({ connection, asked, body: Buffer.concat(chunks), proxy, firstAnswers }, incoming, outgoing, verdict);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let files = 0;
  const kubeconfigFor = (user: JsonObject) => {
    files += 1;
    const file = join(folder, `kubeconfig-${files}`);
    writeFileSync(file, plainKubeconfig(name, at, user));
    return file;
  };
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const proxy: ApiProxy = {
    kubeconfig: kubeconfigFor({}),
    asked: [],
    answered: [],
    answers: [],
    disturbed: 0,
    unreached: 0,
    judge: () => "pass",
    rewrite: (path) => path,
    kubeconfigFor,
    cut,
  };
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  return proxy;
}

interface Through {
  readonly connection: Connection;
  readonly asked: Asked;
  readonly body: Buffer;
  readonly proxy: ApiProxy;
  /** By path, of reads that succeeded. */
  readonly firstAnswers: Map<string, Buffer>;
}

function serve(through: Through, incoming: IncomingMessage, outgoing: ServerResponse, verdict: Verdict): void {
  if (verdict === "hang") return;
  if (verdict === "reset") {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (verdict === "stale") {
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(through.firstAnswers.get(through.asked.path));
    return;
  }
  if (typeof verdict === "object" && "status" in verdict) {
    const after = verdict.retryAfterSeconds;
    outgoing.writeHead(verdict.status, after === undefined ? {} : { "retry-after": String(after) });
    outgoing.end(verdict.body ?? "disturbed by the test");
    return;
  }
  const forward = () => pass(through, incoming, outgoing, verdict);
  if (typeof verdict === "object" && "after" in verdict) void verdict.after.then(forward);
  else if (typeof verdict === "object") setTimeout(forward, verdict.delayMs);
  else forward();
}

function pass(through: Through, incoming: IncomingMessage, outgoing: ServerResponse, verdict: Verdict): void {
  const { connection, asked, body, proxy } = through;
  const { server, authority, certificate, key } = connection;
  const { host: _, authorization: _a, ...headers } = incoming.headers;
  const url = new URL(proxy.rewrite(asked.path), server);
  const onward = httpsRequest(
    url,
    { method: incoming.method, headers, ca: authority, cert: certificate, key },
    (answer) => {
      note(through, answer);
      if (verdict === "lost") {
        answer.on("end", () => incoming.socket.resetAndDestroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (verdict !== "half") {
        answer.pipe(outgoing);
        return;
      }
      answer.once("data", (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => incoming.socket.resetAndDestroy());
      });
    },
  );
  onward.on("error", () => {
    if (!outgoing.closed) proxy.unreached += 1;
    incoming.socket.destroy();
  });
  // Whoever ends a watch at our end ends it at the server's; a write goes on without whom it was for.
  if (asked.method === "GET") outgoing.on("close", () => onward.destroy());
  onward.end(body);
}

/** Keeps what the server answers, whatever becomes of it on the way back. */
function note({ asked, proxy, firstAnswers }: Through, answer: IncomingMessage): void {
  const status = answer.statusCode ?? 500;
  const answered: { -readonly [K in keyof Answered]: Answered[K] } = { ...asked, status, version: null };
  proxy.answered.push(answered);
  const chunks: Buffer[] = [];
  answer.on("data", (chunk: Buffer) => chunks.push(chunk));
  answer.on("end", () => {
    const body = Buffer.concat(chunks);
    const text = body.toString("utf8");
    proxy.answers.push(text);
    answered.version = isWrite(asked) ? versionIn(text) : "";
    if (asked.method === "GET" && status === 200 && !isWatch(asked) && !firstAnswers.has(asked.path))
      firstAnswers.set(asked.path, body);
  });
}

function versionIn(text: string): string {
  try {
    const { metadata } = JSON.parse(text) as { readonly metadata?: { readonly resourceVersion?: string } };
    return metadata?.resourceVersion ?? "";
  } catch {
    return "";
  }
}
