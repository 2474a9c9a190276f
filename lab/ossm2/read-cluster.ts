// What OSSM 2 would show of a cluster: the stand-in's own objects are left out, as OSSM 2 keeps them in its memory.
import type { ClusterInput, Coverage } from "../../src/core/cluster.ts";
import { type KubeObject, refKey } from "../../src/core/object-ref.ts";
import { sortedBy } from "../../src/core/order.ts";
import { pointer, valueAt } from "../../src/core/pointer.ts";
import { ApiFailure } from "../../src/kube/live/api-failure.ts";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import { standInLabel } from "./marks.ts";

const standInPath = pointer("metadata", "labels", standInLabel);

/** `kinds`: as kindKey writes them. */
export async function readCluster(client: ClusterClient, kinds: readonly string[]): Promise<ClusterInput> {
  const coverage: Record<string, Coverage> = {};
  const objects: KubeObject[] = [];
  await Promise.all(
    kinds.map(async (key) => {
      const [kind = "", ...group] = key.split(".");
      try {
        const listed = await client.list({ group: group.join("."), kind }, { metadataOnly: key === "Secret" });
        objects.push(...listed.objects.filter(({ body }) => valueAt(body, standInPath) !== "ossm2"));
        coverage[key] = "listed";
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.reason !== "not-installed") throw error;
        coverage[key] = "not-installed";
      }
    }),
  );
  return { id: client.id, objects: sortedBy(objects, ({ ref }) => refKey(ref)), coverage, findings: [] };
}
