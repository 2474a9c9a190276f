// A kubeconfig that leads to a proxy on loopback, which needs no proof of who asks.
import type { JsonObject } from "../../src/core/json.ts";

/** Its one context has the cluster's name. `user`: its entry; with `as`, whom the server is to take the requests for. */
export function plainKubeconfig(name: string, server: string, user: JsonObject = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
