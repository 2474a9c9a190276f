// kube-proxy of a node, in nftables mode.
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { launch, type Namespaces } from "./namespaces.ts";

export interface ProxyOptions {
  readonly program: string;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly podRange: string;
  readonly signal: AbortSignal;
}

export async function startKubeProxy(node: Namespaces, options: ProxyOptions): Promise<void> {
  const { program, folder, kubeconfig, podRange, signal } = options;
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig },
    clusterCIDR: podRange,
    mode: "nftables",
    hostnameOverride: node.name,
    // Limits of connection tracking are the machine's, not the node's.
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { minSyncPeriod: "100ms" },
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
  };
  await writeFile(join(folder, "kube-proxy.json"), JSON.stringify(config, null, 2));
  await launch(node, [program, `--config=${join(folder, "kube-proxy.json")}`], { log: "kube-proxy", signal });
}
