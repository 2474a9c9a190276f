// Which pods belong to a workload, and which of them have a proxy that can be asked.
import { isJsonObject, type Json } from "../core/json.ts";
import type { KubeObject, ObjectRef } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { proxyContainer } from "./proxy/ask-proxy.ts";
import { objects, text } from "./read.ts";

export type PodQuery = { readonly labels: string } | { readonly name: string } | "none";

/** How the pods of a workload are asked for. A CronJob's are those of its Jobs, which come and go. */
export function podQuery({ kind, name }: ObjectRef, body: Json): PodQuery {
  if (kind === "Pod") return { name };
  if (kind === "CronJob") return "none";
  const selector = valueAt(body, "/spec/selector");
  // A DeploymentConfig's and a ReplicationController's selector is a map of labels.
  const plain = kind === "DeploymentConfig" || kind === "ReplicationController";
  const labels = labelQuery(plain ? { matchLabels: selector ?? {} } : (selector ?? null));
  return labels === "" ? "none" : { labels };
}

/** A label selector as a query of the API has it (Kubernetes, apimachinery labels.Parse). */
function labelQuery(selector: Json): string {
  const equal = Object.entries(asObject(valueAt(selector, "/matchLabels"))).map(
    ([key, value]) => `${key}=${plainText(value)}`,
  );
  const others = objects(selector, "/matchExpressions").map((each) => {
    const key = text(each, "/key");
    const values = valueAt(each, "/values");
    const listed = `(${(Array.isArray(values) ? (values as readonly Json[]) : []).map(plainText).join(",")})`;
    switch (text(each, "/operator")) {
      case "In":
        return `${key} in ${listed}`;
      case "NotIn":
        return `${key} notin ${listed}`;
      case "Exists":
        return key;
      default:
        return `!${key}`;
    }
  });
  return [...equal, ...others].join(",");
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : "";
}

function asObject(value: Json | undefined): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : {};
}

export function isFinished({ body }: KubeObject): boolean {
  const phase = text(body, "/status/phase");
  return phase === "Succeeded" || phase === "Failed";
}

/** Pods whose proxy can be asked: running, and not on their way out. */
export function withProxy(pods: readonly KubeObject[]): readonly KubeObject[] {
  return pods.filter(
    ({ body }) =>
      text(body, "/status/phase") === "Running" &&
      text(body, "/metadata/deletionTimestamp") === "" &&
      // Since Istio 1.28 a sidecar is an init container that stays.
      ["containers", "initContainers"].some((kind) =>
        objects(body, `/spec/${kind}`).some((each) => each["name"] === proxyContainer),
      ),
  );
}
