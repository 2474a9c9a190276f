// Two federated meshes with the pods of a calibration in them, on a lab of their own.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
import { KubeApi } from "../api/kube-api.ts";
import type { Manifest } from "../api/live-object.ts";
import { isRolledOut, waitFor } from "../api/wait-for.ts";
import type { Built } from "../build/run-build.ts";
import { addressOf } from "../cluster/load-balancer-addresses.ts";
import { clusterNamed, type Lab, type LabCluster } from "../cluster/lab-cluster.ts";
import { removeLab } from "../cluster/remove-lab.ts";
import { labFolder } from "../machine/places.ts";
import { type Say, timed } from "../machine/progress.ts";
import { applyAll } from "../mesh/install-mesh.ts";
import { startApps, upMesh } from "../mesh/up-mesh.ts";
import type { StartingPoint } from "../mesh/starting-point.ts";
import { fasterTiming } from "../ossm2/mesh-memory.ts";
import { federate, runStandIn } from "../ossm2/start-federation.ts";
import type { StandIn } from "../ossm2/stand-in.ts";
import { withoutNetwork } from "./blind-client.ts";
import { controlPlane, eastSite, eastWestGateway, gatewayWorkload, places, serverNamespace, westSite } from "./site.ts";

export interface Side {
  readonly cluster: LabCluster;
  readonly api: KubeApi;
}

export interface Site {
  readonly built: Built;
  readonly lab: Lab;
  readonly start: StartingPoint;
  readonly east: Side;
  readonly west: Side;
  /** The address of the east-west gateway. */
  readonly gateway: string;
  readonly slots: number;
  readonly end: () => Promise<void>;
}

export interface SiteOptions {
  readonly built: Built;
  readonly cache: string;
  readonly state: string;
  readonly slots: number;
  readonly say: Say;
  readonly signal?: AbortSignal;
}

const rolloutMs = 240_000;

/** By default a proxy tries a failed request twice more: one way of two that is broken would not be seen. */
const meshConfig = { defaultHttpRetryPolicy: { attempts: 0 } };

export async function startSite({ built, cache, state, slots, say, signal }: SiteOptions): Promise<Site> {
  await removeLab(state);
  const stopped = new AbortController();
  let standIn: StandIn | null = null;
  const sides: Side[] = [];
  const end = async (): Promise<void> => {
    stopped.abort();
    await standIn?.stop();
    await Promise.all(sides.map(async ({ api }) => api.close()));
    await removeLab(state);
  };
  try {
    const { lab, start: plain } = await upMesh({
      ...{ cache, state, built, say, meshConfig, named: true },
      ...(signal === undefined ? {} : { signal }),
    });
    const start = withExports(plain, slots);
    for (const name of ["east", "west"]) {
      const cluster = clusterNamed(lab, name);
      sides.push({ cluster, api: await KubeApi.open(cluster.kubeconfig) });
    }
    const [east, west] = sides;
    if (!east || !west) throw new Error("two sides");
    const program = await readFile(join(labFolder, "calibration", "in-pod", "agent.py"), "utf8");
    const gateway = await timed(say, "pods of the calibration", async () => {
      await Promise.all([
        startPods(east.api, eastSite(slots, program)),
        startPods(west.api, westSite(slots, program)),
        applyAll(west.api, [eastWestGateway]),
      ]);
      return gatewayAddress(west);
    });
    standIn = await runStandIn(lab, { timing: fasterTiming(1), log: () => {}, signal: stopped.signal });
    await timed(say, "federation", async () => federate(lab, start));
    return { built, lab, start, east, west, gateway, slots, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function startPods(api: KubeApi, objects: readonly Manifest[]): Promise<void> {
  const byKey = new Map(objects.map((each) => [`${each.kind} ${JSON.stringify(each.metadata)}`, each]));
  const isNamespace = ({ kind }: Manifest): boolean => kind === "Namespace";
  const isBlind = ({ kind, metadata }: Manifest): boolean =>
    kind === "Deployment" && metadata["namespace"] === places.blind;
  const all = [...byKey.values()];
  await applyAll(
    api,
    all.filter((each) => isNamespace(each) || each.kind === "ServiceAccount"),
  );
  const blind = await Promise.all(all.filter(isBlind).map(async (each) => withoutNetwork(api, each)));
  await startApps(api, [...all.filter((each) => !isNamespace(each) && !isBlind(each)), ...blind]);
}

async function gatewayAddress({ api }: Side): Promise<string> {
  const place = { namespace: controlPlane, name: gatewayWorkload };
  await waitFor(api, { apiVersion: "apps/v1", kind: "Deployment", ...place }, "rolled out", isRolledOut, rolloutMs);
  const service = { apiVersion: "v1", kind: "Service", ...place };
  const given = await waitFor(api, service, "given an address", (object) => addressOf(object) !== null, rolloutMs);
  return addressOf(given) ?? "";
}

/** The starting point with the slots' servers among what west exports to east. */
function withExports(start: StartingPoint, slots: number): StartingPoint {
  const rules = Array.from({ length: slots }, (_, index) => ({
    type: "NameSelector",
    nameSelector: { namespace: serverNamespace(index + 1), name: "server" },
  }));
  const lists: Readonly<Record<string, string>> = {
    ExportedServiceSet: "/spec/exportRules",
    ImportedServiceSet: "/spec/importRules",
  };
  const more = (object: JsonObject): JsonObject => {
    const { kind } = object;
    const list = typeof kind === "string" ? lists[kind] : undefined;
    const there = list === undefined ? undefined : valueAt(object, list);
    if (list === undefined || !Array.isArray(there)) return object;
    return withValueAt(object, list, [...(there as readonly Json[]), ...rules]) as JsonObject;
  };
  const objects = Object.fromEntries(Object.entries(start.plan.objects).map(([key, object]) => [key, more(object)]));
  return { ...start, plan: { ...start.plan, objects } };
}

export function kubectlBinary({ binaries }: Built): string {
  return binaries["kubectl"] ?? "";
}
