// kubectl against one cluster of a lab, with the lab's kubeconfig and no other.
import { join } from "node:path";
import type { Built } from "../build/run-build.ts";
import { type CommandOptions, type CommandResult, tryCommand } from "../machine/run-command.ts";
import { cleanEnvironment } from "../node/namespaces.ts";
import type { LabCluster } from "./lab-cluster.ts";
import { binary } from "./site.ts";

/** The whole command, for programs that start it themselves. What kubectl remembers of a server goes with the lab: addresses come again. */
export function kubectlCommand(built: Built, cluster: LabCluster, args: readonly string[]): [string, string[]] {
  return [
    binary({ built }, "kubectl"),
    ["--kubeconfig", cluster.kubeconfig, "--cache-dir", join(cluster.folder, "kubectl"), ...args],
  ];
}

export async function kubectl(
  built: Built,
  cluster: LabCluster,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, all] = kubectlCommand(built, cluster, args);
  return tryCommand(program, all, { timeoutMs: 60_000, ...options, env: { ...cleanEnvironment, ...options.env } });
}
