// The two meshes of the guide's example while a test changes them: brought to the state before, looked at, brought back.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { type ClusterAccess, podExec } from "../../load/pod-exec.ts";
import { labFolder } from "../../machine/places.ts";
import { until } from "../../machine/until.ts";
import { clientObjects, meshNamespace, serverObjects, type ServerPrograms } from "./app-objects.ts";
import { egressName, egressObjects, ingressName, ingressObjects } from "./federation-objects.ts";
import {
  eastWestGateway,
  eastWestPods,
  exporterEntries,
  exposure,
  importerEntry,
  importerWorkload,
  remoteGateway,
} from "./guide-objects.ts";
import { controlPlane, identity, sharedServices, type SharedService } from "./hosts.ts";
import { applyAll, balancerAddress, removeAll, removeWhole, rolledOut } from "./objects.ts";

export interface TwoMeshes {
  /** The importer. */
  readonly east: ClusterAccess;
  /** The exporter. */
  readonly west: ClusterAccess;
}

export interface Asked {
  /** curl's: "000" when there was no answer. */
  readonly status: string;
  /** By whose name the server's proxy knows the caller; "" without an answer. */
  readonly caller: string;
  readonly body: string;
}

export const client = { namespace: "client", deployment: "curl" } as const;

/** Servers, the client and federation; can be asked again at any time, and changes nothing then. */
export async function startBefore({ east, west }: TwoMeshes): Promise<void> {
  const programs = await serverPrograms();
  await applyAll(west, [
    meshNamespace("a"),
    meshNamespace("b"),
    ...serverObjects("a", programs),
    ...serverObjects("b", programs),
  ]);
  await applyAll(east, [meshNamespace(client.namespace), ...clientObjects(client.namespace, client.deployment)]);
  await startFederation({ east, west });
  for (const namespace of ["a", "b"]) await rolledOut(west, namespace, "httpbin");
  await rolledOut(east, client.namespace, client.deployment);
}

export async function startFederation({ east, west }: TwoMeshes): Promise<void> {
  await applyAll(west, ingressObjects());
  await applyAll(east, egressObjects(await balancerAddress(west, controlPlane, ingressName)));
  await rolledOut(west, controlPlane, ingressName);
  await rolledOut(east, controlPlane, egressName);
}

/** Everything of the guide's export side; gives the gateway's address once its pods hold what they are to let through. */
export async function startExport({ west }: TwoMeshes): Promise<string> {
  await applyAll(west, [eastWestGateway(), exposure(), ...exporterEntries()]);
  await rolledOut(west, controlPlane, eastWestPods);
  return balancerAddress(west, controlPlane, eastWestPods);
}

/** Takes the guide's objects away, and brings federation back if it was taken away. */
export async function backToBefore(meshes: TwoMeshes): Promise<void> {
  const { east, west } = meshes;
  await removeAll(
    east,
    sharedServices.flatMap((shared) => [importerEntry(shared), importerWorkload(shared)]),
  );
  await removeAll(east, [remoteGateway("")]);
  await removeWhole(west, [exposure(), ...exporterEntries(), eastWestGateway()]);
  await startFederation(meshes);
  for (const shared of sharedServices.filter(({ protocol }) => protocol === "HTTP"))
    await answeredBy(meshes, shared, identity.ingress);
}

/** One request of the client's on a fresh connection. */
export async function ask({ east }: TwoMeshes, shared: SharedService, path = "/headers", seconds = 5): Promise<Asked> {
  return askFrom(east, await clientPod(east), shared, path, seconds);
}

export async function askFrom(
  east: ClusterAccess,
  pod: { readonly namespace?: string; readonly pod: string; readonly container: string },
  { importedHost, port }: SharedService,
  path = "/headers",
  seconds = 5,
): Promise<Asked> {
  const url = `http://${importedHost}:${port}${path}`;
  const command = `curl -s -m ${seconds} -w '\\n%{http_code}' ${url} || true`;
  const text = await podExec(east, { namespace: client.namespace, ...pod }, ["sh", "-c", command], 60_000);
  const lines = text.trimEnd().split("\n");
  const body = lines.slice(0, -1).join("\n");
  return { status: lines.at(-1) ?? "", caller: callerIn(body), body };
}

/** The server's app says it in its answer. */
function callerIn(body: string): string {
  try {
    const answer = JSON.parse(body) as Json;
    const caller = isJsonObject(answer) ? answer["caller"] : undefined;
    return typeof caller === "string" ? caller : "";
  } catch {
    return "";
  }
}

/** Waits until the server knows the caller by this name. */
export async function answeredBy(meshes: TwoMeshes, shared: SharedService, caller: string): Promise<void> {
  let last: Asked | null = null;
  await until(
    `${shared.importedHost} answers, and knows the caller as ${caller}`,
    async () => {
      last = await ask(meshes, shared);
      return last.status === "200" && last.caller === caller ? last : null;
    },
    { timeoutMs: 40_000, everyMs: 200, state: () => JSON.stringify(last) },
  );
}

export async function clientPod({ api }: ClusterAccess): Promise<{ readonly pod: string; readonly container: string }> {
  return podOf(api, client.namespace, client.deployment, client.deployment);
}

export async function podOf(
  api: ClusterAccess["api"],
  namespace: string,
  app: string,
  container: string,
  label = "app",
): Promise<{ readonly namespace: string; readonly pod: string; readonly container: string }> {
  const pods = await api.list({ apiVersion: "v1", kind: "Pod" }, { namespace, labels: `${label}=${app}` });
  const pod = pods.items.find(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && isJsonObject(status) && status["phase"] === "Running",
  );
  return { namespace, pod: pod?.metadata.name ?? `no running pod with ${label}=${app}`, container };
}

async function serverPrograms(): Promise<ServerPrograms> {
  const read = async (name: string) => readFile(join(labFolder, "mesh", "apps", name), "utf8");
  return { "http-server.py": await read("http-server.py"), "tcp-server.py": await read("tcp-server.py") };
}
