// containerd of a node: its own root, the pods' network, and the images that it is given.
import { join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { pauseImage } from "../build/images.ts";
import { inside, launch, type Namespaces } from "./namespaces.ts";

const program = "/usr/bin/containerd";
export const containerdProgram = program;
/** Below the node's own /run. */
export const containerdSocket = "/run/containerd/containerd.sock";

export interface ContainerdOptions {
  readonly folder: string;
  readonly podRange: string;
  readonly signal: AbortSignal;
}

/** Where a node's containerd keeps images and containers. */
export function containerdRoot(folder: string): string {
  return join(folder, "containerd");
}

/** Starts it and waits until it answers. */
export async function startContainerd(node: Namespaces, options: ContainerdOptions): Promise<void> {
  const { folder, podRange, signal } = options;
  const networks = join(folder, "networks");
  await mkdir(networks, { recursive: true });
  await writeFile(join(networks, "10-pods.conflist"), JSON.stringify(podNetwork(podRange)));
  await writeFile(join(folder, "containerd.toml"), containerdConfig(containerdRoot(folder), networks));
  await launch(node, [program, "--config", join(folder, "containerd.toml")], { log: "containerd", signal });
  const answers = "until ctr version >/dev/null 2>&1; do sleep 0.1; done";
  await inside(node, ["sh", "-c", answers], { timeoutMs: 60_000, todo: `read ${node.logs}/containerd.log` });
}

/** A link per pod with routes on both ends: pods of one node, too, meet in the node's routing, where Services are translated. */
function podNetwork(podRange: string) {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: podRange }]],
    routes: [{ dst: "0.0.0.0/0" }],
    dataDir: "/run/pod-addresses",
  };
  return { cniVersion: "0.4.0", name: "pods", plugins: [{ type: "ptp", ipMasq: false, ipam }] };
}

// restrict_oom_score_adj: without CAP_SYS_RESOURCE runc cannot lower scores, and fails.
const containerdConfig = (root: string, networks: string) => `version = 2
root = "${root}"
state = "/run/containerd"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${networks}"
`;

/** Makes an archive's images known to the node's containerd. */
export async function importArchive(node: Namespaces, archive: string): Promise<void> {
  await inside(node, ["ctr", "--namespace", "k8s.io", "images", "import", archive], { timeoutMs: 120_000 });
}
