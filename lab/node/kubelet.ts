// The kubelet of a node.
import { join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { dnsServiceAddress } from "../network/address-plan.ts";
import { containerdSocket } from "./containerd.ts";
import { launch, type Namespaces } from "./namespaces.ts";

export interface KubeletOptions {
  readonly program: string;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly address: string;
  readonly podRange: string;
  /** Certificates: of the cluster's authority, and its own as a server. */
  readonly pki: { readonly authority: string; readonly certificate: string; readonly key: string };
  readonly controlGroup: string;
  readonly signal: AbortSignal;
}

export async function startKubelet(node: Namespaces, options: KubeletOptions): Promise<void> {
  const { program, folder, kubeconfig, address, signal } = options;
  const root = join(folder, "kubelet");
  await mkdir(root, { recursive: true });
  const config = join(folder, "kubelet.json");
  await writeFile(config, JSON.stringify(kubeletConfig(options), null, 2));
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--config=${config}`,
    `--root-dir=${root}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${address}`,
  ];
  await launch(node, [program, ...flags], { log: "kubelet", signal });
}

function kubeletConfig({ address, podRange, pki, controlGroup, folder }: KubeletOptions) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // Not on all addresses: those of load balancers are the node's, too.
    address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: pki.authority },
    },
    authorization: { mode: "AlwaysAllow" },
    tlsCertFile: pki.certificate,
    tlsPrivateKeyFile: pki.key,
    cgroupDriver: "cgroupfs",
    cgroupRoot: controlGroup,
    // Without groups per class of pods cgroupRoot has no effect: containers then share /k8s.io with everything else's.
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    clusterDomain: "cluster.local",
    clusterDNS: [dnsServiceAddress],
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    podCIDR: podRange,
    podLogsDir: join(folder, "pod-logs"),
    volumePluginDir: join(folder, "volume-plugins"),
    maxPods: 250,
    // The machine's disk and memory are shared with everything else on it: evicting pods would mend nothing.
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    // With it kubelet 1.34.4 died at a pod with requests that was deleted right after its start: taken for a resized one, it had no
    // limits of a control group to compare with (kuberuntime_manager.go, doPodResizeAction; "Missing actuated resource record").
    featureGates: { InPlacePodVerticalScaling: false },
    resolvConf: "",
  };
}
