// Asks the Envoy beside a workload about itself, by the agent in its own container: its admin port answers nobody else.
import type { Json } from "../../core/json.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import { parseJson } from "../read.ts";
import { Unreadable } from "../unseen-failure.ts";

/** The container's name, of sidecars and gateways alike (Istio 1.20 and 1.28, injection templates). */
export const proxyContainer = "istio-proxy";

export const proxyTimeoutMs = 20_000;

export type AskProxy = (path: string) => Promise<Json>;

/** `pilot-agent request` is in every proxy image, also where there is no shell (Istio 1.20 and 1.28, pilot/cmd/pilot-agent). */
export function askProxy(client: ClusterClient, pod: ObjectRef, signal: AbortSignal): AskProxy {
  return async (path) => {
    const command = ["pilot-agent", "request", "GET", path];
    const { stdout, stderr, exitCode } = await client.exec(pod, proxyContainer, command, {
      timeoutMs: proxyTimeoutMs,
      signal,
    });
    const what = `what the proxy of ${pod.name} says of itself`;
    if (exitCode !== 0) throw new Unreadable(`${what}: ${stderr.trim().split("\n")[0] ?? `exit code ${exitCode}`}`);
    return parseJson(stdout, what);
  };
}
