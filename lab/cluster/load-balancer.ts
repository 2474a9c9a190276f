// The lab's load balancer: gives Services of type LoadBalancer their addresses. The traffic is kube-proxy's business.
import { setTimeout as after } from "node:timers/promises";
import { ApiError } from "../api/api-error.ts";
import { KubeApi } from "../api/kube-api.ts";
import { type LiveObject, nameOf } from "../api/live-object.ts";
import { watch } from "../api/watch.ts";
import type { Say } from "../machine/progress.ts";
import { assignments } from "./load-balancer-addresses.ts";

export interface Balanced {
  readonly name: string;
  readonly kubeconfig: string;
  readonly loadBalancerRange: string;
}

const services = { apiVersion: "v1", kind: "Service" };

/** Serves one cluster until the signal; trouble is noted, and does not end it. */
export async function serveLoadBalancers(cluster: Balanced, say: Say, signal: AbortSignal): Promise<void> {
  const api = await KubeApi.open(cluster.kubeconfig);
  try {
    while (!signal.aborted) {
      try {
        await follow(api, cluster, say, signal);
      } catch (error) {
        if (signal.aborted) return;
        say(`${cluster.name}: ${String(error)}`);
        await after(500, undefined, { signal }).catch(() => {});
      }
    }
  } finally {
    await api.close();
  }
}

async function follow(api: KubeApi, cluster: Balanced, say: Say, signal: AbortSignal): Promise<void> {
  const present = new Map<string, LiveObject>();
  for await (const { type, object } of watch(api, services, {}, signal)) {
    if (type === "DELETED") present.delete(object.metadata.uid);
    else present.set(object.metadata.uid, object);
    for (const { service, address } of assignments([...present.values()], cluster.loadBalancerRange)) {
      const ingress = address === null ? null : [{ ip: address, ipMode: "VIP" }];
      try {
        const patched = await api.patch(nameOf(service), "merge", { status: { loadBalancer: { ingress } } }, "status");
        present.set(patched.metadata.uid, patched);
        say(`${cluster.name}: ${service.metadata.namespace}/${service.metadata.name}: ${address ?? "none"}`);
      } catch (error) {
        // It was deleted meanwhile; the watch will say so.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
        present.delete(service.metadata.uid);
      }
    }
  }
}
