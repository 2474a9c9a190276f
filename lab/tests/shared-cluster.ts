// What tests do with a cluster of the shared lab: its API, kubectl, commands in pods, a namespace that goes with the test.
import { randomBytes } from "node:crypto";
import { inject, onTestFinished } from "vitest";
import { KubeApi } from "../api/kube-api.ts";
import { isRolledOut, waitFor } from "../api/wait-for.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { clusterNamed, type LabCluster, readLab } from "../cluster/lab-cluster.ts";
import type { CommandResult } from "../machine/run-command.ts";
import { until } from "../machine/until.ts";

export interface SharedCluster {
  readonly cluster: LabCluster;
  readonly api: KubeApi;
  kubectl(...args: readonly string[]): Promise<CommandResult>;
}

export async function sharedCluster(name: string): Promise<SharedCluster> {
  return clusterOf(clusterNamed(await readLab(inject("lab")), name));
}

/** Of any lab, until the test ends. */
export async function clusterOf(cluster: LabCluster): Promise<SharedCluster> {
  const api = await KubeApi.open(cluster.kubeconfig);
  onTestFinished(async () => api.close());
  return { cluster, api, kubectl: async (...args) => kubectl(inject("built"), cluster, args) };
}

/** A namespace of this test's own in each of the clusters. */
export async function newNamespace(...clusters: readonly SharedCluster[]): Promise<string> {
  const name = `test-${randomBytes(4).toString("hex")}`;
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  for (const { api } of clusters) {
    await api.create(namespace);
    // Its content goes in the background; nobody waits for it.
    onTestFinished(async () => void (await api.delete({ apiVersion: "v1", kind: "Namespace", name })));
  }
  return name;
}

const image = "lab.local/app:1";

/** A Deployment that answers every request with `text`, with a Service of the given type on port 80 that answers already. */
export async function serve(
  cluster: SharedCluster,
  namespace: string,
  name: string,
  text: string,
  type = "ClusterIP",
): Promise<void> {
  const { api } = cluster;
  await api.apply(deployment(namespace, name, text), "tests");
  await api.apply(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name },
      spec: { type, selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    "tests",
  );
  await rolledOut(api, namespace, name);
  await untilAnswered(cluster, namespace, name, `http://${name}.${namespace}/`, text);
}

export async function rolledOut(api: KubeApi, namespace: string, name: string): Promise<void> {
  await waitFor(api, { apiVersion: "apps/v1", kind: "Deployment", namespace, name }, "rolled out", isRolledOut, 60_000);
}

/** The pods are ready when they answer on `readyPort`: they do on 8080. */
export function deployment(namespace: string, name: string, text: string, readyPort = 8080) {
  const command = ["python3", "-u", "-c", server, text];
  const readinessProbe = { httpGet: { path: "/", port: readyPort }, periodSeconds: 1 };
  const container = { name: "app", image, command, readinessProbe };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
}

const server = `
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[1].encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8080), Answer).serve_forever()
`;

/** What curl in a Deployment's pod gets: the body, or curl's complaint. */
export async function curl(
  from: SharedCluster,
  namespace: string,
  name: string,
  url: string,
): Promise<{ readonly status: number; readonly said: string }> {
  const command = ["curl", "--silent", "--show-error", "--fail", "--insecure", "--max-time", "5", url];
  const result = await from.kubectl("exec", "--namespace", namespace, `deploy/${name}`, "--", ...command);
  return { status: result.status, said: result.status === 0 ? result.stdout : result.stderr };
}

/** kube-proxy follows the API server after a moment of its own. */
export async function untilAnswered(
  from: SharedCluster,
  namespace: string,
  name: string,
  url: string,
  text: string,
): Promise<void> {
  let last = "";
  const look = async () => {
    const { said } = await curl(from, namespace, name, url);
    last = said;
    return said === text ? true : null;
  };
  await until(`${url} says ${text}`, look, { timeoutMs: 30_000, everyMs: 100, state: () => last });
}
