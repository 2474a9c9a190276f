// From a cluster of a running lab to its node: commands inside, images for it.
import { dirname, join } from "node:path";
import { LabTrouble } from "../machine/trouble.ts";
import { importArchive } from "../node/containerd.ts";
import { markedProcesses } from "../node/lab-processes.ts";
import type { Namespaces } from "../node/namespaces.ts";
import type { LabCluster } from "./lab-cluster.ts";

export async function nodeOf({ name, folder }: Pick<LabCluster, "name" | "folder">): Promise<Namespaces> {
  const state = dirname(folder);
  const first = (await markedProcesses(state)).find(({ args }) => args[0]?.endsWith("/node-init") && args[2] === name);
  if (first === undefined)
    throw new LabTrouble(`the node ${name} does not run`, `no process holds its namespaces`, "npm run lab -- up");
  return { name, pid: first.pid, logs: join(folder, "log") };
}

/** Makes the images of an archive (docker-archive or OCI) known to a cluster's node. */
export async function importImage(cluster: LabCluster, archive: string): Promise<void> {
  await importArchive(await nodeOf(cluster), archive);
}
