// From "context east of these files" to a client: kubeconfig, credentials, proxy. No server is asked anything yet.
import process from "node:process";
import { AddressTrouble } from "./address-trouble.ts";
import type { ClusterAddress, ClusterClient } from "./cluster-client.ts";
import type { Connection } from "./connection.ts";
import { credentialsOf, pemOf } from "./credentials.ts";
import { type Entry, type Kubeconfig, readKubeconfig, textIn } from "./kubeconfig.ts";
import { LiveClient } from "./live-client.ts";
import { proxyFromEnvironment } from "./proxy.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenedCluster {
  readonly client: ClusterClient;
  /** The kubeconfig says that any certificate will do. */
  readonly insecure: boolean;
}

/** Throws an AddressTrouble where the kubeconfig does not say how. */
export async function openCluster(address: ClusterAddress, env: Environment = process.env): Promise<OpenedCluster> {
  const connection = await connectionTo(address, env);
  return { client: new LiveClient(connection), insecure: connection.insecure };
}

export async function connectionTo(address: ClusterAddress, env: Environment): Promise<Connection> {
  const config = await readKubeconfig(address.kubeconfigs, env);
  const files = config.files.join(", ");
  const name = address.context ?? config.currentContext;
  if (name === null)
    throw new AddressTrouble({
      what: "the kubeconfig has no current context",
      where: files,
      todo: `name one: ${contextsOf(config)}`,
    });
  const context = config.contexts.get(name);
  if (context === undefined)
    throw new AddressTrouble({
      what: `there is no context ${name}`,
      where: files,
      why: `there are: ${contextsOf(config)}`,
      todo: "name one of them, or give the kubeconfig that has it",
    });
  const cluster = partOf(config, "clusters", context, "cluster", name);
  const server = textIn(cluster, "server");
  if (server === null || !/^https?:\/\//u.test(server) || !URL.canParse(server))
    throw new AddressTrouble({
      what: `the cluster of context ${name} has no URL of a server`,
      where: files,
      todo: "set clusters[].cluster.server",
    });
  const where = `context ${name} in ${files}`;
  const user = textIn(context, "user") === null ? noUser : partOf(config, "users", context, "user", name);
  const authority = await pemOf(cluster, "certificate-authority", where);
  const serverName = textIn(cluster, "tls-server-name");
  const insecure = cluster.body["insecure-skip-tls-verify"] === true;
  return {
    id: address.id,
    at: `context ${name} (${server})`,
    server,
    authority,
    serverName,
    insecure,
    proxy: proxyOf(cluster, server, env, where),
    credentials: await credentialsOf(user, { where, server, env, cluster: { authority, serverName, insecure } }),
  };
}

const noUser: Entry = { body: {}, folder: "." };

function partOf(
  config: Kubeconfig,
  list: "clusters" | "users",
  context: Entry,
  key: "cluster" | "user",
  name: string,
): Entry {
  const wanted = textIn(context, key);
  const found = wanted === null ? undefined : config[list].get(wanted);
  if (found !== undefined) return found;
  throw new AddressTrouble({
    what: `the ${key} of context ${name} is missing`,
    where: config.files.join(", "),
    why: wanted === null ? `the context names no ${key}` : `no entry ${wanted} in ${list}`,
    todo: `add it, or give the kubeconfig that has it`,
  });
}

function proxyOf(cluster: Entry, server: string, env: Environment, where: string): string | null {
  const proxy = textIn(cluster, "proxy-url") ?? proxyFromEnvironment(server, env);
  if (proxy === null || (/^https?:\/\//u.test(proxy) && URL.canParse(proxy))) return proxy;
  throw new AddressTrouble({
    what: "the proxy's URL is not one of http or https",
    where,
    why: proxy.startsWith("socks") ? "SOCKS is not supported" : "it has to begin with http:// or https://",
    todo: "give an HTTP proxy in proxy-url",
  });
}

function contextsOf({ contexts }: Kubeconfig): string {
  return contexts.size === 0 ? "none" : [...contexts.keys()].join(", ");
}
