// Brings the meshes from one stage of a calibration to the next.
import { setTimeout as after } from "node:timers/promises";
import { encodeText } from "../../src/core/base64.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { isRolledOut, waitFor, waitForNone } from "../api/wait-for.ts";
import { type Say, timed } from "../machine/progress.ts";
import { realTiming } from "../ossm2/mesh-memory.ts";
import type { Stage } from "./case.ts";
import { clientNamespace, controlPlane, serverNamespace } from "./site.ts";
import type { Side, Site } from "./start-site.ts";

const federation = { apiVersion: "federation.maistra.io/v1", namespace: controlPlane };
const rolloutMs = 240_000;

export async function toStage(site: Site, stage: Stage, say: Say): Promise<void> {
  if (stage === "untrusting")
    await timed(say, "federation goes, with the roots that it brought", async () => part(site));
  if (stage === "half-trusting") await timed(say, "the client's mesh takes the other root", async () => trust(site));
}

/** In the order that hurts nobody; proxies that start afterwards know their own root alone. */
async function part(site: Site): Promise<void> {
  const { east, west } = site;
  const both = [
    { side: east, name: "west-mesh" },
    { side: west, name: "east-mesh" },
  ];
  for (const { side, name } of both)
    for (const kind of ["ExportedServiceSet", "ImportedServiceSet"])
      await side.api.delete({ ...federation, kind, name });
  // A peer that goes within this time of its sets blocks its istiod, and nothing shows when it has passed.
  await after(realTiming.takeBackMs + 500);
  await Promise.all(
    both.map(async ({ side, name }) => side.api.delete({ ...federation, kind: "ServiceMeshPeer", name })),
  );
  for (const { side, name } of both)
    await waitForNone(side.api, { ...federation, kind: "ServiceMeshPeer", name }, 60_000);
  await Promise.all([east, west].map(async (side) => restarted(side, controlPlane, "istiod-basic")));
  await Promise.all([
    ...numbers(site).map(async (slot) => restarted(east, clientNamespace(slot), "client")),
    ...numbers(site).map(async (slot) => restarted(west, serverNamespace(slot), "server")),
  ]);
}

async function trust(site: Site): Promise<void> {
  const { east, start } = site;
  const both = `${start.roots.get("east") ?? ""}${start.roots.get("west") ?? ""}`;
  const secret = { apiVersion: "v1", kind: "Secret", namespace: controlPlane, name: "cacerts" };
  await east.api.patch(secret, "merge", { data: { "root-cert.pem": encodeText(both) } });
  await restarted(east, controlPlane, "istiod-basic");
  const published = { apiVersion: "v1", kind: "ConfigMap", namespace: controlPlane, name: "istio-ca-root-cert" };
  const isBoth = (object: Parameters<typeof isRolledOut>[0]): boolean =>
    valueAt(object, "/data/root-cert.pem") === both;
  await waitFor(east.api, published, "with both roots", isBoth, 60_000);
  await Promise.all(numbers(site).map(async (slot) => restarted(east, clientNamespace(slot), "client")));
}

const numbers = ({ slots }: Site): readonly number[] => Array.from({ length: slots }, (_, index) => index + 1);

async function restarted({ api, cluster }: Side, namespace: string, name: string): Promise<void> {
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
  const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
  await api.patch(deployment, "merge", { spec: { template: { metadata: { annotations } } } });
  await waitFor(api, deployment, `restarted in ${cluster.name}`, isRolledOut, rolloutMs);
}
