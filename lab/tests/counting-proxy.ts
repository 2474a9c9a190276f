// Stands before an API server and writes down what is asked of it and what it answers; who asks speaks plain HTTP to it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent } from "undici";
import { onTestFinished } from "vitest";
import { readKubeconfig } from "../api/kubeconfig.ts";
import type { SharedCluster } from "./shared-cluster.ts";

export interface Counted {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface CountingProxy {
  readonly counted: readonly Counted[];
  /** A kubeconfig whose one context leads through the proxy. */
  readonly kubeconfig: string;
}

export async function countingProxy({ cluster }: SharedCluster, folder: string): Promise<CountingProxy> {
  const { server, authority, certificate, key } = await readKubeconfig(cluster.kubeconfig);
  const agent = new Agent({ connect: { ca: authority, cert: certificate, key } });
  const counted: Counted[] = [];
  const proxy = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? "/", server);
      const answer = await agent.request({
        origin: server,
        path: request.url ?? "/",
        method: request.method ?? "GET",
        headers: { accept: request.headers.accept ?? "*/*" },
      });
      const body = await answer.body.text();
      counted.push({ method: request.method ?? "", path: url.pathname, query: url.searchParams, body });
      response.writeHead(answer.statusCode, { "content-type": "application/json" });
      response.end(body);
    })();
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await agent.destroy();
  });
  const file = join(folder, `${cluster.name}.kubeconfig`);
  const { port } = proxy.address() as AddressInfo;
  const config = {
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: cluster.name, context: { cluster: "c" } }],
    "current-context": cluster.name,
  };
  await writeFile(file, JSON.stringify(config));
  return { counted, kubeconfig: file };
}
