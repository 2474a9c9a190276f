// Stands between istiod and its API server, on the node: while it is shut, watches stay open and tell nothing, so that istiod
// pushes nothing new to anybody and still answers everything else, as one does whose resync holds its lock.
import http from "node:http";
import https from "node:https";
import process from "node:process";
import { readKubeconfig } from "../api/kubeconfig.ts";
import { gateControl } from "./push-gate.ts";

const [kubeconfig = "", address = "", port = "", account = ""] = process.argv.slice(2);
const { server, authority, certificate, key } = await readKubeconfig(kubeconfig);
const agent = new https.Agent({ ca: authority, cert: certificate, key, keepAlive: true });

let isShut = false;
/** What watches would have told. */
const held = new Map<http.ServerResponse, Buffer[]>();

function setShut(wanted: boolean): void {
  isShut = wanted;
  if (isShut) return;
  for (const [answer, chunks] of held) for (const chunk of chunks.splice(0)) answer.write(chunk);
}

function relay(request: http.IncomingMessage, answer: http.ServerResponse): void {
  const url = new URL(request.url ?? "/", server);
  const isWatch = ["true", "1"].includes(url.searchParams.get("watch") ?? "");
  const { host: _, connection: __, ...asked } = request.headers;
  // Its own certificate may do everything; istiod may do what its account may.
  const headers = { ...asked, "impersonate-user": account };
  const upstream = https.request(url, { agent, method: request.method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    if (!isWatch) {
      response.pipe(answer);
      return;
    }
    answer.flushHeaders();
    const chunks: Buffer[] = [];
    held.set(answer, chunks);
    response.on("data", (chunk: Buffer) => {
      if (isShut) chunks.push(chunk);
      else answer.write(chunk);
    });
    response.on("end", () => {
      // The rest would be lost: istiod asks again from where it was.
      held.delete(answer);
      answer.end();
    });
    response.on("error", () => answer.destroy());
  });
  upstream.on("error", () => answer.destroy());
  answer.on("close", () => {
    held.delete(answer);
    upstream.destroy();
  });
  request.pipe(upstream);
}

http
  .createServer({ keepAliveTimeout: 300_000, requestTimeout: 0 }, (request, answer) => {
    const control = gateControl(request.url ?? "");
    if (control === null) return relay(request, answer);
    setShut(control === "shut");
    answer.end(`${control}\n`);
  })
  .listen(Number(port), address);
