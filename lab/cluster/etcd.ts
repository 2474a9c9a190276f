// etcd: one per node, on the node's loopback, its data thrown away with the lab.
import { join } from "node:path";
import { inside, launch } from "../node/namespaces.ts";
import { stillRuns, type NodePart } from "./node-part.ts";
import type { Site } from "./site.ts";

const program = "/usr/bin/etcd";
export const etcdProgram = program;
export const etcdUrl = "http://127.0.0.1:2379";

export function etcdData({ folder }: Pick<NodePart, "folder">): string {
  return join(folder, "etcd");
}

/** `alsoAt`: a second address, for a program on the host. */
export async function startEtcd(site: Site, node: NodePart, alsoAt?: string): Promise<void> {
  const listen = alsoAt === undefined ? etcdUrl : `${etcdUrl},${alsoAt}`;
  const flags = [
    // Name and addresses of the member stand in its data, which is copied between clusters: every cluster has the same.
    "--name=lab",
    `--data-dir=${etcdData(node)}`,
    `--listen-client-urls=${listen}`,
    `--advertise-client-urls=${etcdUrl}`,
    "--listen-peer-urls=http://127.0.0.1:2380",
    "--initial-advertise-peer-urls=http://127.0.0.1:2380",
    "--initial-cluster=lab=http://127.0.0.1:2380",
    "--unsafe-no-fsync",
  ];
  await launch(node.namespaces, [program, ...flags], { log: "etcd", signal: site.signal });
  // An API server that finds no etcd looks again a second later only.
  const open = "until (exec 3<>/dev/tcp/127.0.0.1/2379) 2>/dev/null; do sleep 0.05; done";
  await inside(node.namespaces, ["bash", "-c", open], { timeoutMs: 60_000 }).catch(async (error: unknown) => {
    await stillRuns(node, program, "etcd");
    throw error;
  });
}
