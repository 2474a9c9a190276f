// OSSM 3's operator as far as a migration needs it: Istio objects become istiods of their revision, and say how that goes.
// An IstioCNI is accepted and reported healthy, and nothing is installed for it: pods of the lab are set up by istio-init.
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { KubeApi } from "../api/kube-api.ts";
import type { LiveObject, ObjectName } from "../api/live-object.ts";
import { watch } from "../api/watch.ts";
import type { Built } from "../build/run-build.ts";
import { installMesh, removeMesh } from "../mesh/install-mesh.ts";
import { wantedIstio } from "./istio-options.ts";
import { type Condition, type Health, istioStatus, sailStatus } from "./sail-status.ts";

const apiVersion = "sailoperator.io/v1";

export interface Ossm3 {
  readonly api: KubeApi;
  readonly built: Pick<Built, "istio">;
  /** Told of what could not be done; it is in the status as well. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Works until the signal ends it. */
export async function runOssm3(ossm3: Ossm3): Promise<void> {
  await Promise.all([followIstios(ossm3), followCni(ossm3)]);
}

/** One after another, as the operator's one worker does. */
async function followIstios(ossm3: Ossm3): Promise<void> {
  const done = new Map<string, { readonly generation: number; readonly object: LiveObject }>();
  for await (const { type, object } of watch(ossm3.api, { apiVersion, kind: "Istio" }, {}, ossm3.signal)) {
    const { name, uid, generation = 0 } = object.metadata;
    if (type === "DELETED") {
      done.delete(uid);
      await attempt(ossm3, `Istio ${name}`, async () => remove(ossm3, object));
    } else if (done.get(uid)?.generation !== generation) {
      // Changes of the status alone leave the generation as it is.
      done.set(uid, { generation, object });
      await attempt(ossm3, `Istio ${name}`, async () => install(ossm3, object));
    }
  }
}

async function install(ossm3: Ossm3, istio: LiveObject): Promise<void> {
  const { api, built } = ossm3;
  const wanted = wantedIstio(istio);
  if (typeof wanted === "string") {
    await report(ossm3, istio, { is: "refused", message: wanted }, null);
    return;
  }
  const { revision, options } = wanted;
  const { name, uid } = istio.metadata;
  const spec: JsonObject = isJsonObject(istio["spec"]) ? istio["spec"] : {};
  await api.apply(
    {
      apiVersion,
      kind: "IstioRevision",
      metadata: {
        name: revision,
        ownerReferences: [{ apiVersion, kind: "Istio", name, uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: { version: spec["version"] ?? "", namespace: spec["namespace"] ?? "", values: spec["values"] ?? {} },
    },
    "sail-operator",
  );
  await report(ossm3, istio, { is: "starting" }, revision);
  try {
    await installMesh(api, built, options);
  } catch (error) {
    await report(ossm3, istio, { is: "refused", message: String(error) }, revision);
    throw error;
  }
  await report(ossm3, istio, { is: "healthy" }, revision);
}

async function remove({ api, built }: Ossm3, istio: LiveObject): Promise<void> {
  const wanted = wantedIstio(istio);
  if (typeof wanted === "string" || wanted.options.revision === undefined) return;
  await removeMesh(api, built, { ...wanted.options, revision: wanted.options.revision });
  await api.delete({ apiVersion, kind: "IstioRevision", name: wanted.revision });
}

async function report(ossm3: Ossm3, istio: LiveObject, health: Health, revision: string | null): Promise<void> {
  const { api } = ossm3;
  const used = revision !== null && (await isUsed(api, revision));
  const own = await setStatus(api, named(istio, "Istio"), health, (status) => istioStatus(status, revision, used));
  if (!own || revision === null) return;
  await setStatus(api, { apiVersion, kind: "IstioRevision", name: revision }, health, (status) => ({ ...status }));
}

/** A namespace or a pod that asks for the revision (sail-operator, controllers/istiorevision, isRevisionReferencedByWorkloads). */
async function isUsed(api: KubeApi, revision: string): Promise<boolean> {
  const selection = { labels: `istio.io/rev=${revision}` };
  for (const kind of ["Namespace", "Pod"])
    if ((await api.list({ apiVersion: "v1", kind }, selection)).items.length > 0) return true;
  return false;
}

async function followCni(ossm3: Ossm3): Promise<void> {
  for await (const { type, object } of watch(ossm3.api, { apiVersion, kind: "IstioCNI" }, {}, ossm3.signal)) {
    const { generation = 0, name } = object.metadata;
    const status = object["status"];
    if (type === "DELETED" || (isJsonObject(status) && status["observedGeneration"] === generation)) continue;
    await attempt(ossm3, `IstioCNI ${name}`, async () => {
      await setStatus(ossm3.api, named(object, "IstioCNI"), { is: "healthy" }, (each) => ({ ...each }));
    });
  }
}

/** False when the object is gone meanwhile. */
async function setStatus(
  api: KubeApi,
  name: ObjectName,
  health: Health,
  whole: (status: ReturnType<typeof sailStatus>) => JsonObject,
): Promise<boolean> {
  const object = await api.get(name);
  if (object === null) return false;
  const status = isJsonObject(object["status"]) ? object["status"] : {};
  const before: Json = status["conditions"] ?? [];
  const next = sailStatus({
    generation: object.metadata.generation ?? 0,
    health,
    before: Array.isArray(before) ? (before as readonly Condition[]) : [],
    now: `${new Date().toISOString().slice(0, 19)}Z`,
    notReady: name.kind === "IstioCNI" ? "DaemonSetNotReady" : "IstiodNotReady",
  });
  await api.patch(name, "merge", { status: whole(next) }, "status");
  return true;
}

function named({ metadata }: LiveObject, kind: string): ObjectName {
  return { apiVersion, kind, name: metadata.name };
}

/** One object's trouble is not the others'. */
async function attempt({ say, signal }: Ossm3, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) say(`OSSM 3: ${what}: ${String(error)}`);
  }
}
