// Kills the API server of a running cluster and starts it again as it was: a crash.
import { KubeApi } from "../api/kube-api.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { until } from "../machine/until.ts";
import { processesAround } from "../node/lab-processes.ts";
import { endInside, launch } from "../node/namespaces.ts";
import type { LabCluster } from "./lab-cluster.ts";
import { nodeOf } from "./node-of.ts";

/** Returns when it is ready again. */
export async function restartApiServer(cluster: LabCluster): Promise<void> {
  const node = await nodeOf(cluster);
  const running = (await processesAround(node.pid)).find(({ args }) => args[0]?.endsWith("/kube-apiserver") === true);
  const [program, ...flags] = running?.args ?? [];
  if (program === undefined)
    throw new LabTrouble(`${cluster.name} has no API server`, "it does not run on its node", "read its log");
  await endInside(node, program, "SIGKILL");
  await launch(node, [program, ...flags], { log: "kube-apiserver", signal: new AbortController().signal });
  const api = await KubeApi.open(cluster.kubeconfig);
  let said = "";
  const ready = async () => {
    try {
      return (await api.text("GET", "/readyz", { timeoutMs: 5_000 })) === "ok" ? true : null;
    } catch (error) {
      said = String(error);
      return null;
    }
  };
  try {
    await until(`the API server of ${cluster.name} is ready again`, ready, {
      timeoutMs: 120_000,
      everyMs: 100,
      state: () => said,
    });
  } finally {
    await api.close();
  }
}
