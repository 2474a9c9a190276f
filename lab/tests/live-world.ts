// The product's own client of a lab cluster, for the tests of everything that touches live clusters.
import { onTestFinished } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import type { ClusterClient } from "../../src/kube/live/cluster-client.ts";
import { openCluster } from "../../src/kube/live/open-cluster.ts";
import type { SharedCluster } from "./shared-cluster.ts";

/** Until the test ends; of another kubeconfig where one is given. */
export async function liveClient(
  { cluster }: SharedCluster,
  kubeconfig: string = cluster.kubeconfig,
): Promise<ClusterClient> {
  const { client } = await openCluster(
    { id: clusterId(cluster.name), context: null, kubeconfigs: [kubeconfig] },
    { env: {}, cwd: "/" },
  );
  onTestFinished(async () => client.close());
  return client;
}

export function refTo(
  client: ClusterClient,
  kind: string,
  namespace: string | null,
  name: string,
  group = "",
): ObjectRef {
  return { cluster: client.id, group, kind, namespace, name };
}
