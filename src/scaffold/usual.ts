// What a scaffold has where nothing is stated: the names of the published guide's starting point, and public sample images.

/** The control plane. */
export const usualControlPlane = { namespace: "istio-system", name: "basic" } as const;

export const usualGateways = { ingress: "federation-ingress", egress: "federation-egress" } as const;

/** The sample apps by kind. */
export const usualNames = { client: "curl", http: "httpbin", tcp: "tcp-echo" } as const;

/** Public images that run under OpenShift's restricted SCC, each held at one version. */
export const usualImages = {
  client: "curlimages/curl:8.16.0",
  http: "docker.io/mccutchen/go-httpbin:v2.15.0",
  tcp: "docker.io/istio/tcp-echo-server:1.3",
} as const;

/** A request from a sample client, as the words behind `exec … --`. */
export function requestWords(host: string, port: number, protocol: "http" | "tcp"): readonly string[] {
  if (protocol === "http") return ["curl", "-sS", `http://${host}:${port}/headers`];
  // The server answers each line with a word of its own in front; the client's image has nc (as Istio's own task uses it).
  return ["sh", "-c", `(echo world; sleep 1) | nc ${host} ${port}`];
}

/** The least configuration that shows something. */
export const leastConfiguration = [
  "apiVersion: meshferry/scaffold.v1",
  "certs: certs",
  "meshes:",
  "- name: east",
  "  apps: [{ client: client }]",
  "- name: west",
  "  apps: [{ http: a }, { http: b }]",
  "exports:",
  "- { from: west, services: [a/httpbin, b/httpbin] }",
] as const;
