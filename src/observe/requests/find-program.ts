// Which of a pod's own containers can make a request, and with what.
import type { KubeObject } from "../../core/object-ref.ts";
import { ApiFailure } from "../../kube/live/api-failure.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import { proxyContainer } from "../proxy/ask-proxy.ts";
import { objects } from "../read.ts";
import { findPrograms, type Program, programs, withoutShell } from "./scripts.ts";

export interface Asker {
  readonly pod: KubeObject;
  readonly container: string;
  readonly programs: readonly Program[];
}

const lookMs = 10_000;

/**
 * The first container of the pod that has one of the programs; null: none has. Never the sidecar: what runs there has the
 * user id 1337, whose connections do not go through the proxy and so prove nothing (Istio 1.20 and 1.28, istio-iptables).
 */
export async function findAsker(client: ClusterClient, pod: KubeObject, signal: AbortSignal): Promise<Asker | null> {
  for (const { name } of objects(pod.body, "/spec/containers")) {
    if (typeof name !== "string" || name === proxyContainer) continue;
    const found = await programsIn(client, pod, name, signal);
    if (found.length > 0) return { pod, container: name, programs: found };
  }
  return null;
}

async function programsIn(
  client: ClusterClient,
  { ref }: KubeObject,
  container: string,
  signal: AbortSignal,
): Promise<readonly Program[]> {
  const run = async (command: readonly string[]) => {
    try {
      return await client.exec(ref, container, command, { timeoutMs: lookMs, signal });
    } catch (error) {
      // A program that is not there cannot be started: the runtime says so as a failure of its own.
      if (error instanceof ApiFailure && error.reason === "server-error") return null;
      throw error;
    }
  };
  const listed = await run(findPrograms);
  if (listed !== null && listed.exitCode === 0) {
    const names = new Set(listed.stdout.split("\n"));
    return programs.filter((program) => names.has(program));
  }
  for (const { program, command } of withoutShell) if ((await run(command))?.exitCode === 0) return [program];
  return [];
}
