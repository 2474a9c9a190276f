// Two clusters with a mesh each, as the starting point has them: istiod of OSSM 2's base with its own root, and the sample apps.
import { join } from "node:path";
import type { JsonObject } from "../../src/core/json.ts";
import { KubeApi } from "../api/kube-api.ts";
import type { Manifest } from "../api/live-object.ts";
import { isRolledOut, waitFor } from "../api/wait-for.ts";
import type { Lab, LabCluster } from "../cluster/lab-cluster.ts";
import { up, type UpOptions } from "../cluster/up.ts";
import { orAborted } from "../machine/or-aborted.ts";
import { timed } from "../machine/progress.ts";
import { applyAll, installMesh, type InstallOptions } from "./install-mesh.ts";
import { labCrds } from "./lab-crds.ts";
import { makeStartingPoint, meshNames, objectsOf, type StartingPoint } from "./starting-point.ts";

export interface LabMeshes {
  readonly lab: Lab;
  readonly start: StartingPoint;
}

export interface UpMeshOptions extends Omit<UpOptions, "crds"> {
  /** istiod has the control plane's name as its revision, and in the names of its objects, as OSSM 2's has. */
  readonly named?: boolean;
  /** Laid over each mesh's configuration. */
  readonly meshConfig?: JsonObject;
}

/** Starts the clusters too. What fails later than those is left as it is, to be looked at. */
export async function upMesh(options: UpMeshOptions): Promise<LabMeshes> {
  const { built, say, state, named = false, meshConfig = {} } = options;
  const lab = await up(meshNames, { ...options, crds: await labCrds(built) });
  const meshes = timed(say, "meshes", async () => {
    const start = await makeStartingPoint(join(state, "scaffold"));
    await Promise.all(
      lab.clusters.map(async (cluster) => startMesh(cluster, { start, built, say, named, meshConfig })),
    );
    return { lab, start };
  });
  return orAborted(options.signal, meshes);
}

interface Starting extends Pick<UpMeshOptions, "built" | "say"> {
  readonly start: StartingPoint;
  readonly named: boolean;
  readonly meshConfig: JsonObject;
}

async function startMesh(cluster: LabCluster, { start, built, say, named, meshConfig }: Starting): Promise<void> {
  const { name } = cluster;
  const api = await KubeApi.open(cluster.kubeconfig);
  try {
    await timed(say, `istiod of ${name}`, async () => {
      await applyAll(api, objectsOf(start, "namespaces", name));
      // The namespaces of the starting point ask for injection by istio-injection.
      const revision = named ? { revision: controlPlaneName(start, name), tags: ["default"] } : {};
      await installMesh(api, built, { ...beforeMigration(start, name), ...revision, meshConfig });
    });
    await timed(say, `apps of ${name}`, async () => startApps(api, objectsOf(start, "apps", name)));
  } finally {
    await api.close();
  }
}

function controlPlaneName(start: StartingPoint, name: string): string {
  const plane = objectsOf(start, "control-planes", name).find(({ kind }) => kind === "ServiceMeshControlPlane");
  const called = plane?.metadata["name"];
  if (typeof called !== "string") throw new Error(`${name} has no control plane`);
  return called;
}

/** The istiod that the control plane of OSSM 2.6 would have. */
export function beforeMigration(start: StartingPoint, name: string): InstallOptions {
  const mesh = start.scaffold.meshes.find((each) => each.name === name);
  const ca = start.authorities.get(name);
  return {
    version: "1.20.2",
    meshId: mesh?.peer ?? name,
    trustDomain: mesh?.trustDomain ?? `${name}.local`,
    network: mesh?.network ?? `network-${name}`,
    pilotEnv: mesh?.env ?? {},
    // Proxies take the roots of peers from the stand-in's istiod (docs/lab.md, "The stand-in for OSSM 2").
    proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" },
    ...(ca === undefined ? {} : { ca }),
  };
}

const appsMs = 180_000;

/** Applies apps and waits until all their Deployments run. */
export async function startApps(api: KubeApi, objects: readonly Manifest[]): Promise<void> {
  // A pod is refused while its account is missing, and its ReplicaSet tries again only a while later.
  const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
  await applyAll(api, accounts);
  await applyAll(
    api,
    objects.filter(({ kind }) => kind !== "ServiceAccount"),
  );
  await Promise.all(
    objects
      .filter(({ kind }) => kind === "Deployment")
      .map(async ({ apiVersion, kind, metadata }) => {
        const { name, namespace } = metadata as { readonly name: string; readonly namespace: string };
        await waitFor(api, { apiVersion, kind, namespace, name }, "rolled out", isRolledOut, appsMs);
      }),
  );
}
