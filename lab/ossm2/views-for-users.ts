// What somebody who tries meshferry on a lab of federated meshes gives it: clusters that look as OSSM 2 would have them.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Lab } from "../cluster/lab-cluster.ts";
import { honestView } from "./honest-view.ts";

/** The configuration for meshferry that names a lab's views; their kubeconfigs lie beside it. */
export function viewsConfig({ folder }: Pick<Lab, "folder">): string {
  return join(folder, "as-ossm2", "meshferry.yaml");
}

/** Opens a view of each cluster until the process ends, and writes the configuration. */
export async function openViews(lab: Lab): Promise<void> {
  const folder = dirname(viewsConfig(lab));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const meshes = await Promise.all(
    lab.clusters.map(async (cluster) => {
      const { kubeconfig } = await honestView(cluster, folder);
      return `  - name: ${cluster.name}\n    context: ${cluster.name}\n    kubeconfig: ${kubeconfig}\n`;
    }),
  );
  await writeFile(viewsConfig(lab), `apiVersion: meshferry/config.v1\nmeshes:\n${meshes.join("")}`);
}
