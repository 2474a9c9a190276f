// From "context east of these files" to a client: kubeconfig, credentials, proxy. No server is asked anything yet.
import process from "node:process";
import { AddressTrouble } from "./address-trouble.ts";
import type { ClusterAddress, ClusterClient } from "./cluster-client.ts";
import type { Connection } from "./connection.ts";
import { credentialsOf, pemOf } from "./credentials.ts";
import { type Entry, type Kubeconfig, readKubeconfig, type Surroundings, textIn } from "./kubeconfig.ts";
import { LiveClient } from "./live-client.ts";
import { proxyFromEnvironment } from "./proxy.ts";

export interface OpenedCluster {
  readonly client: ClusterClient;
  /** The kubeconfig says that any certificate will do. */
  readonly insecure: boolean;
  /** The context's own. */
  readonly namespace: string | null;
}

/** Throws an AddressTrouble where the kubeconfig does not say how. */
export async function openCluster(
  address: ClusterAddress,
  surroundings: Surroundings = { env: process.env, cwd: process.cwd() },
): Promise<OpenedCluster> {
  const { connection, namespace } = await connectionTo(address, surroundings);
  return { client: new LiveClient(connection), insecure: connection.insecure, namespace };
}

/**
 * What is written behind "context:" is a context, or a context, a colon and NAMESPACE/CONTROL PLANE. Contexts may hold colons and
 * slashes themselves ("default/api-east:6443/admin" is what oc login makes), so that which is meant is for the kubeconfig to say.
 */
export async function contextIn(
  written: string,
  kubeconfigs: readonly string[],
  surroundings: Surroundings,
): Promise<{ readonly context: string | null; readonly controlPlane: string | null }> {
  const { contexts } = await readKubeconfig(kubeconfigs, surroundings);
  const [, before = "", controlPlane] = /^(.*):([^:/]+\/[^:/]+)$/u.exec(written) ?? [];
  if (controlPlane === undefined || contexts.has(written))
    return { context: written === "" ? null : written, controlPlane: null };
  if (before !== "" && !contexts.has(before)) return { context: written, controlPlane: null };
  return { context: before === "" ? null : before, controlPlane };
}

async function connectionTo(
  address: ClusterAddress,
  surroundings: Surroundings,
): Promise<{ readonly connection: Connection; readonly namespace: string | null }> {
  const { env } = surroundings;
  const config = await readKubeconfig(address.kubeconfigs, surroundings);
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
  const connection = {
    id: address.id,
    at: `context ${name} (${server})`,
    server,
    authority,
    serverName,
    insecure,
    proxy: proxyOf(cluster, server, env, where),
    credentials: await credentialsOf(user, { where, server, env, cluster: { authority, serverName, insecure } }),
  };
  return { connection, namespace: textIn(context, "namespace") };
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

function proxyOf(cluster: Entry, server: string, env: Surroundings["env"], where: string): string | null {
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
