// Starts one cluster on one node, and waits until pods can run there.
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import type { KubeApi } from "../api/kube-api.ts";
import type { LiveObject } from "../api/live-object.ts";
import { hasCondition, waitFor } from "../api/wait-for.ts";
import { isJsonObject } from "../../src/core/json.ts";
import { until } from "../machine/until.ts";
import { clusterAddresses, serviceRange } from "../network/address-plan.ts";
import { attachNode, type Fabric } from "../network/fabric.ts";
import { startContainerd } from "../node/containerd.ts";
import { groupsOf, makeGroups } from "../node/control-groups.ts";
import { startKubelet } from "../node/kubelet.ts";
import { startKubeProxy } from "../node/kube-proxy.ts";
import { startNamespaces } from "../node/namespaces.ts";
import { coverFolders } from "../node/private-folders.ts";
import { apiPort, startApiServer, startControllers, writeIdentity } from "./control-plane.ts";
import { startDns } from "./dns.ts";
import { startEtcd } from "./etcd.ts";
import { copyTemplate } from "./etcd-template.ts";
import { linkTemplate } from "./image-template.ts";
import type { LabCluster } from "./lab-cluster.ts";
import { lastLines, type NodePart, stillRuns } from "./node-part.ts";
import { binary, folderOf, namespaceOptions, type Site } from "./site.ts";

/** A node with its network and certificates, on which nothing runs yet. */
export async function startNode(site: Site, fabric: Fabric, name: string, number: number): Promise<NodePart> {
  const folder = folderOf(site, name);
  const addresses = clusterAddresses(fabric.plan, number);
  const namespaces = await startNamespaces(name, namespaceOptions(site, name));
  const node: NodePart = {
    name,
    folder,
    namespaces,
    addresses,
    kubeconfig: join(folder, "kubeconfig"),
    server: `https://${addresses.node}:${apiPort}`,
  };
  await Promise.all([
    coverFolders(namespaces, folder, [site.state, site.cache]),
    attachNode(fabric, namespaces, addresses),
    makeGroups(site.state, name),
    writeIdentity(node),
  ]);
  return node;
}

export interface Templates {
  /** etcd's data, and containerd's images. */
  readonly etcd: string;
  readonly images: string;
}

/** Everything on the node, from templates of its data on. */
export async function startCluster(site: Site, node: NodePart, templates: Templates): Promise<LabCluster> {
  const { namespaces, folder, addresses, kubeconfig, name } = node;
  const { podRange } = addresses;
  const { signal } = site;
  const runtime = (async () => {
    await linkTemplate(templates.images, node);
    await startContainerd(namespaces, { folder, podRange, signal });
  })();
  const api = (async () => {
    await copyTemplate(templates.etcd, node);
    await startEtcd(site, node);
    return startApiServer(site, node);
  })();
  const opened = await bothOf(api, runtime);
  try {
    await startControllers(site, node);
    const pki = {
      authority: join(folder, "pki", "ca.crt"),
      certificate: join(folder, "pki", "server.crt"),
      key: join(folder, "pki", "server.key"),
    };
    const controlGroup = `${groupsOf(site.state)}/${name}`;
    const kubelet = binary(site, "kubelet");
    const common = { folder, kubeconfig, podRange, signal };
    await startKubelet(namespaces, { ...common, program: kubelet, address: addresses.node, pki, controlGroup });
    await startKubeProxy(namespaces, { ...common, program: binary(site, "kube-proxy") });
    await startDns(site, node, opened);
    await waitUntilReady(site, node, opened);
  } finally {
    await opened.close();
  }
  return {
    name,
    kubeconfig,
    server: node.server,
    nodeAddress: addresses.node,
    podRange,
    serviceRange,
    loadBalancerRange: addresses.loadBalancerRange,
    folder,
  };
}

/** The API, or the first failure when both have ended: nothing goes on behind the back of a clean-up. */
async function bothOf(opening: Promise<KubeApi>, runtime: Promise<void>): Promise<KubeApi> {
  const [api, rest] = await Promise.allSettled([opening, runtime]);
  if (api.status === "rejected") throw api.reason;
  if (rest.status === "fulfilled") return api.value;
  await api.value.close();
  throw rest.reason;
}

async function waitUntilReady(site: Site, node: NodePart, api: KubeApi): Promise<void> {
  const { name, addresses } = node;
  const readyNode = (object: LiveObject) => hasCondition("Ready")(object) && !isTainted(object);
  const watchdog = until(
    `node ${name} is Ready`,
    async () => {
      for (const program of ["kubelet", "kube-proxy", "kube-controller-manager", "kube-scheduler", "coredns"])
        await stillRuns(node, binary(site, program), program);
      const found = await api.get({ apiVersion: "v1", kind: "Node", name });
      return found !== null && readyNode(found) ? found : null;
    },
    {
      timeoutMs: 90_000,
      everyMs: 250,
      signal: site.signal,
      state: async () => lastLines(node.namespaces, "kubelet"),
    },
  );
  await Promise.all([
    watchdog,
    waitFor(
      api,
      { apiVersion: "v1", kind: "ServiceAccount", namespace: "default", name: "default" },
      "there",
      () => true,
      90_000,
    ),
    until(`CoreDNS of ${name} answers`, async () => accepts(addresses.node, 53), {
      timeoutMs: 60_000,
      everyMs: 100,
      signal: site.signal,
      state: async () => lastLines(node.namespaces, "coredns"),
    }),
  ]);
}

function isTainted({ spec }: LiveObject): boolean {
  const taints = isJsonObject(spec) ? spec["taints"] : undefined;
  return Array.isArray(taints) && taints.length > 0;
}

async function accepts(address: string, port: number): Promise<true | null> {
  const socket = connect({ host: address, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
