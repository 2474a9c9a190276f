// What the model says of cases, from the objects that both clusters hold now.
import { clusterId, host as hostOf } from "../../src/core/ids.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Reached } from "../../src/dataplane/reached.ts";
import { openCluster } from "../../src/kube/live/open-cluster.ts";
import { kindsRead } from "../../src/pipeline.ts";
import { clientClasses } from "../../src/rehearsal/classes.ts";
import { finest } from "../../src/rehearsal/likeness.ts";
import { waysOfClass } from "../../src/rehearsal/outcomes.ts";
import { withProxiesAtStart } from "../../src/rehearsal/proxies.ts";
import { summary } from "../../src/rehearsal/reach.ts";
import { lookAt } from "../../src/rehearsal/ways.ts";
import { startWorld } from "../../src/rehearsal/world.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import { readCluster } from "../ossm2/read-cluster.ts";

/** A client of the importer's, and what it asks for. */
export interface Question {
  readonly client: string;
  readonly host: string;
  readonly port: number;
}

/** Both clusters by the product's own client. */
export async function readClusters(clusters: readonly LabCluster[]): Promise<readonly ClusterInput[]> {
  return Promise.all(
    clusters.map(async ({ name, kubeconfig }) => {
      const from = { id: clusterId(name), context: null, kubeconfigs: [kubeconfig] };
      const { client } = await openCluster(from, { env: {}, cwd: "/" });
      try {
        return await readCluster(client, kindsRead);
      } finally {
        await client.close();
      }
    }),
  );
}

/** By the place of the question. */
export function predict(inputs: readonly ClusterInput[], questions: readonly Question[]): readonly Reached[] {
  const world = withProxiesAtStart(startWorld(inputs, { pairs: [], runners: [] }));
  const look = lookAt(world);
  const mesh = world.derived().inventory.meshes.find(({ cluster }) => cluster === "east");
  if (!mesh) throw new Error("the model sees no mesh in east");
  const classes = clientClasses(world, mesh, finest(world));
  return questions.map(({ client, host, port }) => {
    const of = classes.find(({ members }) =>
      members.some(({ workload }) => workload.namespace === client && workload.name === "client"),
    );
    if (!of) throw new Error(`the model sees no client in ${client}`);
    return summary(waysOfClass(look, of, { host: hostOf(host), port }), hostOf(host));
  });
}
