// rolled-out: every pod of a workload is of its present template and available.
import { valueAt } from "../../core/pointer.ts";
import type { Json } from "../../core/json.ts";
import { refText } from "../../core/object-ref.ts";
import { notRolledOut, rolloutFailed } from "../../findings/codes/conditions.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { done, failed, pending } from "../verdict.ts";
import { listAt, ofObject } from "./objects.ts";

/** What is left to do; null: nothing. */
type Rest = { readonly state: string; readonly gaveUp?: boolean } | null;

/** As `kubectl rollout status` decides (Kubernetes 1.34, kubectl/pkg/polymorphichelpers/rollout_status.go). */
export const rolledOut: Kind<ConditionOf<"rolled-out">> = {
  stage: "objects",
  judge: ({ ref }, facts) =>
    ofObject(facts, ref, ({ body }) => {
      const rest = restOf(ref.kind, body);
      if (rest === null) return done;
      const params = { workload: refText(ref), state: rest.state };
      return rest.gaveUp === true ? failed(rolloutFailed.at([ref], params)) : pending(notRolledOut.at([ref], params));
    }),
};

function restOf(kind: string, body: Json): Rest {
  if (numberAt(body, "/metadata/generation") > numberAt(body, "/status/observedGeneration"))
    return { state: "its controller has not seen the latest change" };
  switch (kind) {
    case "Deployment":
    case "DeploymentConfig":
      return restOfDeployment(body);
    case "StatefulSet":
      return restOfStatefulSet(body);
    case "DaemonSet":
      return restOfDaemonSet(body);
    default:
      return { state: `a ${kind} is not rolled out` };
  }
}

/** A DeploymentConfig of OpenShift has the same counters in its status (openshift/api apps/v1), and replicas by default 0. */
function restOfDeployment(body: Json): Rest {
  const progressing = listAt(body, "/status/conditions").find((each) => valueAt(each, "/type") === "Progressing");
  if (valueAt(progressing, "/reason") === "ProgressDeadlineExceeded")
    return { state: "its progress deadline has passed", gaveUp: true };
  const wanted = numberAt(body, "/spec/replicas", 1);
  const updated = numberAt(body, "/status/updatedReplicas");
  const all = numberAt(body, "/status/replicas");
  const available = numberAt(body, "/status/availableReplicas");
  if (updated < wanted) return { state: `${updated} of ${wanted} pods are of its present template` };
  if (all > updated) return { state: `${all - updated} old pods are still there` };
  return available < updated ? { state: `${available} of ${updated} pods are available` } : null;
}

function restOfStatefulSet(body: Json): Rest {
  const wanted = numberAt(body, "/spec/replicas", 1);
  const ready = numberAt(body, "/status/readyReplicas");
  if (ready < wanted) return { state: `${ready} of ${wanted} pods are ready` };
  if (valueAt(body, "/spec/updateStrategy/type") === "OnDelete") return onDelete(body);
  const partition = numberAt(body, "/spec/updateStrategy/rollingUpdate/partition");
  const toUpdate = Math.max(wanted - partition, 0);
  const updated = numberAt(body, "/status/updatedReplicas");
  const current = valueAt(body, "/status/currentRevision");
  const update = valueAt(body, "/status/updateRevision");
  if (partition > 0) return updated < toUpdate ? ofTemplate(updated, toUpdate) : null;
  return update !== undefined && update !== current ? ofTemplate(updated, wanted) : null;
}

function onDelete(body: Json): Rest {
  const wanted = numberAt(body, "/spec/replicas", 1);
  const updated = numberAt(body, "/status/updatedReplicas");
  return updated < wanted ? ofTemplate(updated, wanted) : null;
}

function restOfDaemonSet(body: Json): Rest {
  const wanted = numberAt(body, "/status/desiredNumberScheduled");
  const updated = numberAt(body, "/status/updatedNumberScheduled");
  const available = numberAt(body, "/status/numberAvailable");
  if (updated < wanted) return ofTemplate(updated, wanted);
  return available < wanted ? { state: `${available} of ${wanted} pods are available` } : null;
}

function ofTemplate(updated: number, wanted: number): Rest {
  return { state: `${updated} of ${wanted} pods are of its present template` };
}

function numberAt(body: Json, path: string, otherwise = 0): number {
  const value = valueAt(body, path);
  return typeof value === "number" ? value : otherwise;
}
