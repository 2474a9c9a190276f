// A way to a cluster on which it looks as OSSM 2 would have it: lists and watches leave out the stand-in's own objects, which the
// real istiod keeps in its memory. Everything else passes as it is, upgrades (programs and ports of pods) too; writes are counted.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, readKubeconfig } from "../api/kubeconfig.ts";
import { plainKubeconfig } from "../api/plain-kubeconfig.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import { withoutStandIn } from "./marks.ts";

export interface HonestView {
  /** A kubeconfig that leads this way. */
  readonly kubeconfig: string;
  /** "PATCH /apis/…": requests that could change something (dry runs and questions about permissions are none), in their order. */
  readonly writes: readonly string[];
  readonly close: () => Promise<void>;
}

/** `kept`: where the kubeconfig is put, and stays; otherwise in a folder that goes when the view is closed. */
export async function honestView({ kubeconfig, name }: LabCluster, kept: string | null = null): Promise<HonestView> {
  const connection = await readKubeconfig(kubeconfig);
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "meshferry-view-")));
  const writes: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming, outgoing) => {
    if (isWrite(incoming)) writes.push(`${incoming.method} ${incoming.url}`);
    forward(connection, incoming, outgoing);
  });
  proxy.on("upgrade", (incoming, socket: Socket, head) => upgrade(connection, incoming, socket, head));
  proxy.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const own = join(folder, `${name}.kubeconfig`);
  await writeFile(own, plainKubeconfig(name, `http://127.0.0.1:${port}`));
  return {
    kubeconfig: own,
    writes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      if (kept === null) await rm(folder, { recursive: true, force: true });
    },
  };
}

function isWrite({ method, url = "" }: IncomingMessage): boolean {
  return method !== "GET" && !url.includes("dryRun=All") && !/\/(?:selfsubject\w+|exec|portforward)\b/u.test(url);
}

/** The path of a collection ends in a kind's plural: groups/version[/namespaces/NAME]/PLURAL. */
const collection = /^\/apis?\/(?:[^/]+\/)?v\d[^/]*(?:\/namespaces\/[^/]+)?\/[a-z]+$/u;

function pathFor({ method, url = "/" }: IncomingMessage): string {
  const parsed = new URL(url, "http://proxy");
  if (method !== "GET" || !collection.test(parsed.pathname)) return url;
  const selector = parsed.searchParams.get("labelSelector");
  parsed.searchParams.set("labelSelector", selector ? `${selector},${withoutStandIn}` : withoutStandIn);
  return `${parsed.pathname}${parsed.search}`;
}

function onward({ server, authority, certificate, key }: Connection, incoming: IncomingMessage) {
  const { host: _host, authorization: _authorization, ...headers } = incoming.headers;
  const options = { method: incoming.method, headers, ca: authority, cert: certificate, key };
  return httpsRequest(new URL(pathFor(incoming), server), options);
}

function forward(connection: Connection, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const request = onward(connection, incoming);
  request.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  request.on("error", () => incoming.socket.destroy());
  // Whoever ends a watch at this end ends it at the server's.
  outgoing.on("close", () => request.destroy());
  incoming.pipe(request);
}

function upgrade(connection: Connection, incoming: IncomingMessage, socket: Socket, head: Buffer): void {
  const request = onward(connection, incoming);
  const end = (): void => void socket.destroy();
  request.on("upgrade", (answer, far: Socket, first: Buffer) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join("")}\r\n`);
    if (first.length > 0) socket.write(first);
    if (head.length > 0) far.write(head);
    far.on("error", end);
    socket.on("error", () => far.destroy());
    socket.pipe(far).pipe(socket);
  });
  request.on("response", (answer) => {
    // Refused: the answer says why.
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\n\r\n`);
    answer.pipe(socket);
  });
  request.on("error", end);
  request.end();
}
