// A kubeconfig that leads to a proxy on loopback, which needs no proof of who asks.

/** Its one context has the cluster's name. `as`: whom the server is to take the requests for. */
export function plainKubeconfig(name: string, server: string, as?: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: as === undefined ? {} : { as } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
