// What of a lab runs, as it is now.
import { KubeApi } from "../api/kube-api.ts";
import { hasCondition } from "../api/wait-for.ts";
import { processesAround } from "../node/lab-processes.ts";
import { runsInside } from "../node/namespaces.ts";
import { findLab, type LabCluster } from "./lab-cluster.ts";
import { nodeOf } from "./node-of.ts";
import { loadBalancerProgram } from "./up.ts";

export interface ClusterStatus {
  readonly cluster: LabCluster;
  /** Programs of the node that should run and do not. */
  readonly missing: readonly string[];
  readonly ready: boolean;
  readonly pods: { readonly running: number; readonly all: number };
}

const programs = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "containerd",
  "coredns",
];

/** Null when there is no lab in that folder. */
export async function status(state: string): Promise<readonly ClusterStatus[] | null> {
  const lab = await findLab(state);
  return lab === null ? null : Promise.all(lab.clusters.map(clusterStatus));
}

async function clusterStatus(cluster: LabCluster): Promise<ClusterStatus> {
  const running = await runningPrograms(cluster);
  const missing = [
    ...programs.filter((program) => !running.has(program)),
    ...((await hasLoadBalancer(cluster)) ? [] : ["load balancer"]),
  ];
  const none = { cluster, missing, ready: false, pods: { running: 0, all: 0 } };
  if (running.size === 0) return none;
  const api = await KubeApi.open(cluster.kubeconfig);
  try {
    const node = await api.get({ apiVersion: "v1", kind: "Node", name: cluster.name });
    const pods = (await api.list({ apiVersion: "v1", kind: "Pod" })).items;
    return {
      cluster,
      missing,
      ready: node !== null && hasCondition("Ready")(node),
      pods: { running: pods.filter(hasCondition("Ready")).length, all: pods.length },
    };
  } catch {
    return none;
  } finally {
    await api.close();
  }
}

async function runningPrograms(cluster: LabCluster): Promise<ReadonlySet<string>> {
  try {
    const { pid } = await nodeOf(cluster);
    return new Set((await processesAround(pid)).map(({ args }) => args[0]?.split("/").at(-1) ?? ""));
  } catch {
    return new Set();
  }
}

/** One program for all clusters, in the fabric. */
async function hasLoadBalancer({ folder }: LabCluster): Promise<boolean> {
  try {
    const { pid } = await nodeOf({ name: "fabric", folder });
    return await runsInside({ pid }, loadBalancerProgram);
  } catch {
    return false;
  }
}

export function statusLines(state: string, clusters: readonly ClusterStatus[] | null): string[] {
  if (clusters === null) return [`lab: no lab in ${state}`];
  return clusters.flatMap(({ cluster, missing, ready, pods }) => [
    `${cluster.name}: ${ready ? "Ready" : "not Ready"}, ${pods.running} of ${pods.all} pods ready${missing.length === 0 ? "" : `; not running: ${missing.join(", ")}`}`,
    `  kubeconfig ${cluster.kubeconfig}`,
    `  pods ${cluster.podRange}, load balancers ${cluster.loadBalancerRange}, logs ${cluster.folder}/log`,
  ]);
}
