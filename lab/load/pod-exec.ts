// Runs a command in a container, by kubectl: its protocol for that is not worth writing again.
import type { KubeApi } from "../api/kube-api.ts";
import { runCommand } from "../machine/run-command.ts";

/** How a cluster is reached; nothing but these is used. */
export interface ClusterAccess {
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** The binary. */
  readonly kubectl: string;
}

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export async function podExec(
  access: ClusterAccess,
  { namespace, pod, container }: Container,
  command: readonly string[],
  timeoutMs = 30_000,
): Promise<string> {
  const target = ["--kubeconfig", access.kubeconfig, "-n", namespace, "exec", pod, "-c", container, "--"];
  return runCommand(access.kubectl, [...target, ...command], { timeoutMs, todo: "look at the pod and its events" });
}
