// peer-synced: federation has told the istiods that run now everything once.
import type { Json } from "../../core/json.ts";
import { type KubeObject, type ObjectRef, refText } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { peerNotSynced } from "../../findings/codes/conditions.ts";
import { isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import type { PlanIndex } from "../planned.ts";
import { unseenOf } from "../unseen.ts";
import { done, pending } from "../verdict.ts";
import { listAt, ofObject } from "./objects.ts";

/**
 * An istiod of 2.6 is ready before federation has synced (docs/facts.md, federation.ready-before-synced), so a sync counts only
 * if it is later than the start of the pod that it names. `status.discoveryStatus` lists the pods that do discovery as active,
 * others as inactive (maistra/api federation/v1). Kubernetes' times have whole seconds.
 */
export const peerSynced: Kind<ConditionOf<"peer-synced">> = {
  stage: "objects",
  judge: ({ ref }, facts, plan) => {
    const istiod = istiodOf(ref, plan);
    const pods = istiod === null ? null : facts.pods(istiod);
    const verdict = ofObject(facts, ref, ({ body }) => {
      const running = pods === null || isUnseen(pods) ? null : pods.filter(isRunning);
      const state = restOf(body, running);
      return state === "" ? done : pending(peerNotSynced.at([ref], { peer: refText(ref), state }));
    });
    if (istiod !== null && pods !== null && isUnseen(pods) && verdict.is === "done")
      return unseenOf(istiod, "the pods of", pods);
    return verdict;
  },
};

/** The istiod of the mesh that the peer belongs to: a control plane's peers lie in its namespace. */
function istiodOf({ cluster, namespace }: ObjectRef, { meshes }: PlanIndex): ObjectRef | null {
  for (const { istiod } of meshes.values())
    if (istiod.cluster === cluster && istiod.namespace === namespace) return istiod;
  return null;
}

/** `pods`: those of istiod that run; null: not known, as in a plan that sets meshes up. */
function restOf(peer: Json, pods: readonly KubeObject[] | null): string {
  const active = listAt(peer, "/status/discoveryStatus/active");
  const inactive = new Set(listAt(peer, "/status/discoveryStatus/inactive").map(podOf));
  if (active.length === 0) return "no istiod reports that it is connected";
  const byPod = new Map(active.map((each) => [podOf(each), each]));
  const started = new Map((pods ?? []).map((pod) => [pod.ref.name, startOf(pod.body)]));
  for (const [pod, each] of byPod) {
    // A row of a pod that is gone stays until the others have noticed.
    if (pods !== null && !started.has(pod)) return `its status still names ${pod || "a pod"}, which does not run`;
    if (valueAt(each, "/watch/connected") !== true) return `${pod} has no connection to the other end`;
    const synced = timeAt(each, "/watch/lastFullSync");
    if (synced === null) return `${pod} has had no full sync yet`;
    const start = started.get(pod) ?? null;
    if (start !== null && synced < start) return `${pod} has had no full sync since it started`;
  }
  const silent = [...started.keys()].filter((pod) => !byPod.has(pod) && !inactive.has(pod));
  return silent.length === 0 ? "" : `${silent.join(", ")} does not report yet`;
}

function podOf(row: Json): string {
  const pod = valueAt(row, "/pod");
  return typeof pod === "string" ? pod : "";
}

function isRunning({ body }: KubeObject): boolean {
  return valueAt(body, "/status/phase") === "Running" && valueAt(body, "/metadata/deletionTimestamp") === undefined;
}

/** A container may have been started again since its pod was. */
function startOf(pod: Json): number | null {
  const times = listAt(pod, "/status/containerStatuses")
    .filter((each) => valueAt(each, "/name") === "discovery")
    .map((each) => timeAt(each, "/state/running/startedAt"))
    .filter((time) => time !== null);
  return times.length > 0 ? Math.max(...times) : timeAt(pod, "/status/startTime");
}

function timeAt(body: Json, path: string): number | null {
  const text = valueAt(body, path);
  const time = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
