// How the stand-in keeps an istiod from pushing: the gate on the node, the kubeconfig by which istiod goes through it, its handle.
import process from "node:process";
import { join } from "node:path";
import { request } from "undici";
import type { Manifest } from "../api/live-object.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import { nodeOf } from "../cluster/node-of.ts";
import { until } from "../machine/until.ts";
import { launch } from "../node/namespaces.ts";
import { standInLabels } from "./marks.ts";

export const gatePort = 6444;
const controls = { "/lab-gate/shut": "shut", "/lab-gate/open": "open" } as const;
type Control = (typeof controls)[keyof typeof controls];

export interface PushGate {
  /** http://…, for pods of the cluster. */
  readonly server: string;
  setShut(isShut: boolean): Promise<void>;
}

/** What a request tells the gate itself; null: it is for the API server. */
export function gateControl(path: string): Control | null {
  return Object.hasOwn(controls, path) ? controls[path as keyof typeof controls] : null;
}

/** Starts the gate on the node where none runs, for istiod's account; it stays until the node goes, since istiod depends on it. */
export async function openPushGate(cluster: LabCluster, account: string, signal: AbortSignal): Promise<PushGate> {
  const server = `http://${cluster.nodeAddress}:${gatePort}`;
  const setShut = async (isShut: boolean): Promise<void> => {
    const { statusCode, body } = await request(`${server}/lab-gate/${isShut ? "shut" : "open"}`, {
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`the gate of ${cluster.name} answers ${statusCode}`);
  };
  const answers = async () =>
    setShut(false).then(
      () => true,
      () => null,
    );
  if ((await answers()) === null) {
    const main = join(import.meta.dirname, "push-gate-main.ts");
    const tsx = ["--import", import.meta.resolve("tsx")];
    const args = [...tsx, main, cluster.kubeconfig, cluster.nodeAddress, String(gatePort), account];
    await launch(await nodeOf(cluster), [process.execPath, ...args], { log: "push-gate", signal });
    await until(`the push gate of ${cluster.name}`, answers, { timeoutMs: 20_000, everyMs: 100, signal });
  }
  return { server, setShut };
}

/** istiod takes this Secret for its way to the API server (Istio 1.20, charts istio-discovery, deployment.yaml: KUBECONFIG). */
export function gateSecret(namespace: string, server: string): Manifest {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "gate", cluster: { server } }],
    users: [{ name: "istiod", user: {} }],
    contexts: [{ name: "gate", context: { cluster: "gate", user: "istiod" } }],
    "current-context": "gate",
  };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "istio-kubeconfig", namespace, labels: standInLabels },
    data: { config: Buffer.from(JSON.stringify(config)).toString("base64") },
  };
}
