// API server, controller manager and scheduler, inside their node like everything of a cluster.
import { join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { KubeApi } from "../api/kube-api.ts";
import { kubeconfigText } from "../api/kubeconfig.ts";
import { until } from "../machine/until.ts";
import { apiServiceAddress, serviceRange } from "../network/address-plan.ts";
import { launch } from "../node/namespaces.ts";
import { makeCertificates } from "./certificates.ts";
import { etcdUrl } from "./etcd.ts";
import { lastLines, type NodePart, stillRuns } from "./node-part.ts";
import { binary, type Site } from "./site.ts";

export const apiPort = 6443;

const file = ({ folder }: NodePart, name: string) => join(folder, "pki", name);

/** Makes the cluster's certificates and its kubeconfig. */
export async function writeIdentity(node: NodePart): Promise<void> {
  const { authority, server, admin, tokens } = await makeCertificates(node.name, [
    node.addresses.node,
    apiServiceAddress,
    "127.0.0.1",
  ]);
  await mkdir(join(node.folder, "pki"), { recursive: true });
  const files = {
    "ca.crt": authority.certificate,
    "ca.key": authority.key,
    "server.crt": server.certificate,
    "server.key": server.key,
    "admin.crt": admin.certificate,
    "admin.key": admin.key,
    "tokens.key": tokens.key,
    "tokens.pub": tokens.publicKey,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(file(node, name), text, { mode: 0o600 });
  const connection = { server: node.server, authority: authority.certificate, ...admin };
  await writeFile(node.kubeconfig, kubeconfigText(node.name, connection), { mode: 0o600 });
}

/** Starts the API server and waits until it is ready. */
export async function startApiServer(site: Site, node: NodePart): Promise<KubeApi> {
  const program = binary(site, "kube-apiserver");
  await launch(node.namespaces, [program, ...apiServerFlags(node)], { log: "kube-apiserver", signal: site.signal });
  const api = await KubeApi.open(node.kubeconfig);
  let said = "";
  const ready = async () => {
    await stillRuns(node, program, "kube-apiserver");
    try {
      return (await api.text("GET", "/readyz", { timeoutMs: 5_000 })) === "ok" ? true : null;
    } catch (error) {
      said = String(error);
      return null;
    }
  };
  try {
    await until(`the API server of ${node.name} is ready`, ready, {
      timeoutMs: 120_000,
      everyMs: 100,
      signal: site.signal,
      state: async () => `${said}\n    ${await lastLines(node.namespaces, "kube-apiserver")}`,
    });
  } catch (error) {
    await api.close();
    throw error;
  }
  return api;
}

function apiServerFlags(node: NodePart): string[] {
  const address = node.addresses.node;
  return [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${address}`,
    `--secure-port=${apiPort}`,
    `--advertise-address=${address}`,
    `--tls-cert-file=${file(node, "server.crt")}`,
    `--tls-private-key-file=${file(node, "server.key")}`,
    `--client-ca-file=${file(node, "ca.crt")}`,
    `--service-cluster-ip-range=${serviceRange}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file(node, "tokens.pub")}`,
    `--service-account-signing-key-file=${file(node, "tokens.key")}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    // Webhooks are called at the addresses of their pods, also while no proxy knows their Service yet.
    "--enable-aggregator-routing=true",
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-client-certificate=${file(node, "admin.crt")}`,
    `--kubelet-client-key=${file(node, "admin.key")}`,
    "--profiling=false",
  ];
}

export async function startControllers(site: Site, node: NodePart): Promise<void> {
  const common = [
    `--kubeconfig=${node.kubeconfig}`,
    "--leader-elect=false",
    // Nobody asks them anything.
    "--secure-port=0",
    "--profiling=false",
  ];
  const managerFlags = [
    `--service-account-private-key-file=${file(node, "tokens.key")}`,
    `--root-ca-file=${file(node, "ca.crt")}`,
    `--cluster-signing-cert-file=${file(node, "ca.crt")}`,
    `--cluster-signing-key-file=${file(node, "ca.key")}`,
    "--use-service-account-credentials=false",
    "--allocate-node-cidrs=false",
  ];
  const start = async (name: string, flags: readonly string[]) =>
    launch(node.namespaces, [binary(site, name), ...common, ...flags], { log: name, signal: site.signal });
  await start("kube-controller-manager", managerFlags);
  await start("kube-scheduler", []);
}
