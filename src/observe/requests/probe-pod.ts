// A pod that lives for a few requests, with the identity of a client: where the client's own containers cannot ask, and where a
// freshly started proxy is to be asked.
import { randomBytes } from "node:crypto";
import type { JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { KubeObject, ObjectRef } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { managedByLabel, managedByUs } from "../../inventory/ownership.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import { proxyContainer } from "../proxy/ask-proxy.ts";
import { objects, text } from "../read.ts";
import { Unreadable } from "../unseen-failure.ts";

export const probePodLabel = "meshferry.dev/probe";
const container = "probe";
/** Until its proxy is ready; a node may have to fetch the image. */
export const probeReadyMs = 60_000;
/** It ends by itself, should nobody be left to delete it. */
const livesSeconds = 600;

/** Not 1337, whose connections would go past the proxy. */
const nobody = 65_534;

/**
 * Like the client's pod in what decides identity and injection: namespace, account, and the labels and annotations that the
 * injector reads. Not its other labels: Services would send it requests. So what selects the client by these labels (a Sidecar,
 * a NetworkPolicy) does not apply to it.
 */
export function probePod(like: KubeObject, image: string | null, name: string, openShift: boolean): JsonObject {
  const { body } = like;
  const namespace = like.ref.namespace ?? "default";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { ...injectionKeys(body, "labels"), [managedByLabel]: managedByUs, [probePodLabel]: "true" },
      annotations: injectionKeys(body, "annotations"),
    },
    spec: {
      serviceAccountName: text(body, "/spec/serviceAccountName") || "default",
      restartPolicy: "Never",
      activeDeadlineSeconds: livesSeconds,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: container,
          image: image ?? proxyImage(body),
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", String(livesSeconds)],
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
            // OpenShift gives each namespace a range of its own, and refuses ids outside.
            ...(openShift ? {} : { runAsUser: nobody, runAsGroup: nobody }),
          },
        },
      ],
    },
  };
}

/** `sidecar.istio.io/…`, `istio.io/rev`, `proxy.istio.io/…`, `traffic.sidecar.istio.io/…` (Istio 1.20 and 1.28, injection). */
function injectionKeys(body: JsonObject, of: "labels" | "annotations"): JsonObject {
  const map = valueAt(body, `/metadata/${of}`);
  const wanted = /^(?:sidecar|proxy|traffic\.sidecar)\.istio\.io\/|^istio\.io\/rev$/u;
  // What the injector itself has written says what came of it.
  const kept = Object.entries(isJsonObject(map) ? map : {}).filter(
    ([key]) =>
      wanted.test(key) && key !== "sidecar.istio.io/status" && !(of === "annotations" && key === "istio.io/rev"),
  );
  return Object.fromEntries(kept);
}

function proxyImage(body: JsonObject): string {
  const all = ["containers", "initContainers"].flatMap((kind) => objects(body, `/spec/${kind}`));
  return text(
    all.find((each) => each["name"] === proxyContainer),
    "/image",
  );
}

/** Runs `use` with a pod that is ready, and deletes it afterwards, whatever happens. */
export async function withProbePod<T>(
  client: ClusterClient,
  like: KubeObject,
  image: string | null,
  signal: AbortSignal,
  use: (pod: KubeObject) => Promise<T>,
): Promise<T> {
  const name = `meshferry-probe-${randomBytes(4).toString("hex")}`;
  const ref: ObjectRef = { ...like.ref, group: "", kind: "Pod", name };
  const openShift =
    (await client.served({ group: "security.openshift.io", kind: "SecurityContextConstraints" })) !== null;
  await client.create(ref, probePod(like, image, name, openShift), { signal });
  try {
    return await use(await whenReady(client, ref, signal));
  } finally {
    await client.delete(ref).catch(() => false);
  }
}

async function whenReady(client: ClusterClient, ref: ObjectRef, signal: AbortSignal): Promise<KubeObject> {
  const limit = AbortSignal.timeout(probeReadyMs);
  const until = AbortSignal.any([signal, limit]);
  const options = { namespace: ref.namespace ?? "default", fields: `metadata.name=${ref.name}` };
  let last = "it was not seen";
  for await (const event of client.watch({ group: "", kind: "Pod" }, options, until)) {
    if (event.type === "restarted") continue;
    const { body } = event.object;
    if (event.type === "deleted") throw new Unreadable("the short-lived pod was deleted by somebody else");
    const ready = objects(body, "/status/conditions").some(
      (each) => each["type"] === "Ready" && each["status"] === "True",
    );
    if (ready) return event.object;
    last = waitingFor(body);
  }
  signal.throwIfAborted();
  throw new Unreadable(`a short-lived pod was not ready within ${probeReadyMs / 1000} s: ${last}`);
}

function waitingFor(body: JsonObject): string {
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((kind) => objects(body, `/status/${kind}`));
  const reasons = statuses.map((each) => text(each, "/state/waiting/reason")).filter((reason) => reason !== "");
  const said = objects(body, "/status/conditions").map((each) => text(each, "/message"));
  return reasons.join(", ") || said.find((message) => message !== "") || text(body, "/status/phase") || "no status";
}
