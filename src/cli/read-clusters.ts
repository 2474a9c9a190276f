// Reads live clusters side by side. Loaded only when one is named.
import type { ClusterInput } from "../core/cluster.ts";
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject } from "../core/json.ts";
import { connectionInsecure } from "../findings/codes/live.ts";
import { AddressTrouble } from "../kube/live/address-trouble.ts";
import { ofControlPlane } from "../kube/sources/live/of-control-plane.ts";
import { readLive } from "../kube/sources/live/read-live.ts";
import { troubleFinding } from "../kube/sources/live/trouble-finding.ts";
import { kindsRead } from "../pipeline.ts";
import type { CliContext } from "./cli-context.ts";
import type { LiveSource } from "./mesh-sources.ts";
import { openNamed } from "./open-clusters.ts";
import { UserError } from "./user-error.ts";

export async function readClusters(
  cli: CliContext,
  sources: ReadonlyMap<ClusterId, LiveSource>,
  asOf: string,
): Promise<ClusterInput[]> {
  const inputs = await Promise.all([...sources].map(async ([id, source]) => readOne(cli, id, source, asOf)));
  refuseTwice(inputs);
  return inputs;
}

async function readOne(cli: CliContext, id: ClusterId, source: LiveSource, asOf: string): Promise<ClusterInput> {
  try {
    const { client, insecure, namespace, controlPlane } = await openNamed(cli, id, source);
    try {
      const home = controlPlane?.split("/")[0];
      const namespaces = [...(namespace === null ? [] : [namespace]), ...(home === undefined ? [] : [home])];
      const labels = cli.liveLabels === undefined ? {} : { labels: cli.liveLabels };
      const read = await readLive(client, { kinds: kindsRead, asOf, namespaces, ...labels });
      const { at } = client;
      const findings = insecure ? [connectionInsecure.at([{ cluster: id }], { cluster: id, at })] : [];
      return ofControlPlane({ ...read, findings: [...findings, ...read.findings] }, controlPlane);
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!(error instanceof AddressTrouble)) throw error;
    return { id, objects: [], coverage: {}, findings: [troubleFinding(id, error)], asOf };
  }
}

/** One cluster under two names would be migrated twice. The uid of kube-system is what a cluster is told by. */
function refuseTwice(inputs: readonly ClusterInput[]): void {
  const names = new Map<string, ClusterId>();
  for (const { id, objects } of inputs) {
    const system = objects.find(({ ref }) => ref.kind === "Namespace" && ref.name === "kube-system");
    const metadata = system?.body["metadata"];
    const uid = isJsonObject(metadata) ? metadata["uid"] : undefined;
    if (typeof uid !== "string") continue;
    const other = names.get(uid);
    if (other !== undefined)
      throw new UserError({
        what: `${other} and ${id} are one cluster`,
        why: "Their namespaces kube-system have the same uid.",
        todo: "Name the cluster once: all meshes in it are read.",
      });
    names.set(uid, id);
  }
}
