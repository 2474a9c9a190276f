// istiod's controller for Gateways of the Gateway API: each of its own class gets a Deployment, pods and a Service with an address.
import { equalJson, isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { KubeObject, ObjectRef } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import { freshProxy } from "../proxies.ts";
import { objectAt, put, withProxy, type World } from "../world.ts";
import { changesOf, type Controller } from "./controller.ts";

const kind = "Gateway.gateway.networking.k8s.io";

/**
 * Gateways of the class "istio" whose revision label is the istiod's, or that have none (docs/facts.md, export.gateway-class). Pods
 * carry the Gateway's own labels and its name under the label of Istio up to 1.23 (network.gateway-label-reaches-pods,
 * export.expose-by-own-label). An address is always given.
 */
export const gatewayDeployments: Controller = (before, after) => {
  let world = after;
  for (const change of changesOf(before, after, kind)) {
    const ref = change.after?.ref ?? change.before?.ref;
    if (!ref) continue;
    if (change.after === null) world = taken(world, ref);
    else {
      const mesh = meshFor(world, change.after);
      if (mesh) world = given(world, mesh, change.after);
    }
  }
  return world;
};

function meshFor(world: World, { ref, body }: KubeObject): Mesh | undefined {
  if (valueAt(body, "/spec/gatewayClassName") !== "istio") return undefined;
  const meshes = world.derived().inventory.meshes.filter(({ cluster }) => cluster === ref.cluster);
  const revision = valueAt(body, "/metadata/labels/istio.io~1rev");
  const [only, ...others] = meshes;
  if (typeof revision === "string") return meshes.find(({ name }) => name === revision);
  return others.length === 0 ? only : undefined;
}

interface Parts {
  readonly deployment: ObjectRef;
  readonly service: ObjectRef;
  readonly pod: ObjectRef;
}

/** What istiod calls them (Istio 1.20, pilot/pkg/config/kube/gateway/deploymentcontroller.go). */
function partsOf({ cluster, namespace, name }: ObjectRef): Parts {
  const own = { cluster, namespace, name: `${name}-istio` };
  return {
    deployment: { ...own, group: "apps", kind: "Deployment" },
    service: { ...own, group: "", kind: "Service" },
    pod: { ...own, group: "", kind: "Pod", name: `${name}-istio-modelled` },
  };
}

function taken(world: World, gateway: ObjectRef): World {
  const { deployment, service, pod } = partsOf(gateway);
  const without = [deployment, service, pod].reduce((left, ref) => put(left, ref, null), world);
  const mesh = world.derived().inventory.meshes.find(({ cluster }) => cluster === gateway.cluster);
  return mesh ? withProxy(without, deployment, mesh.id, null) : without;
}

function given(world: World, mesh: Mesh, gateway: KubeObject): World {
  const parts = partsOf(gateway.ref);
  const labels = labelsOf(gateway);
  const account = `${gateway.ref.name}-istio`;
  const template: JsonObject = {
    metadata: { labels, annotations: { "sidecar.istio.io/inject": "true" } },
    spec: { serviceAccountName: account, containers: [{ name: "istio-proxy" }] },
  };
  const isNew = objectAt(world, parts.deployment) === undefined;
  let next = put(world, parts.deployment, objectOf(parts.deployment, "apps/v1", { spec: { replicas: 1, template } }));
  next = put(
    next,
    parts.pod,
    objectOf(parts.pod, "v1", {
      metadata: {
        labels: { ...labels, "pod-template-hash": "modelled" },
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${parts.deployment.name}-modelled`, controller: true },
        ],
      },
      spec: template["spec"] ?? {},
      status: { phase: "Running", podIP: "" },
    }),
  );
  next = withService(next, gateway, parts.service, labels);
  return isNew ? withProxy(next, parts.deployment, mesh.id, freshProxy(next, mesh)) : next;
}

function labelsOf({ ref, body }: KubeObject): Readonly<Record<string, string>> {
  const labels = valueAt(body, "/metadata/labels");
  const own = typeof labels === "object" && labels !== null && !Array.isArray(labels) ? (labels as JsonObject) : {};
  const texts = Object.entries(own).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return { ...Object.fromEntries(texts), "istio.io/gateway-name": ref.name };
}

/**
 * Its Service: of the type that the annotation asks for, with the listeners' ports. One that stands there with istiod's label keeps
 * what istiod does not set (export.gateway-service-first); one without the label is left alone.
 */
function withService(
  world: World,
  gateway: KubeObject,
  ref: ObjectRef,
  labels: Readonly<Record<string, string>>,
): World {
  const there = objectAt(world, ref);
  const isManaged = there && valueAt(there.body, "/metadata/labels/gateway.istio.io~1managed") !== undefined;
  if (there && !isManaged) return world;
  const asked = valueAt(gateway.body, "/metadata/annotations/networking.istio.io~1service-type");
  const type = typeof asked === "string" ? asked : "LoadBalancer";
  const listeners = valueAt(gateway.body, "/spec/listeners");
  const ports = (Array.isArray(listeners) ? (listeners as readonly Json[]) : []).flatMap((listener, at): Json[] => {
    const port = valueAt(listener, "/port");
    const name = valueAt(listener, "/name");
    if (typeof port !== "number") return [];
    const node = type === "ClusterIP" ? {} : { nodePort: 31_000 + at };
    return [
      { name: typeof name === "string" ? name : `port-${port}`, port, targetPort: port, protocol: "TCP", ...node },
    ];
  });
  const known = there && valueAt(there.body, "/status/loadBalancer/ingress");
  const isNew = known === undefined;
  const address = `100.64.${world.addresses >> 8}.${world.addresses & 255}`;
  const ingress: Json = type !== "LoadBalancer" ? [] : isNew ? [{ ip: address }] : known;
  const kept = there && valueAt(there.body, "/spec");
  const body: JsonObject = {
    metadata: { labels: { "gateway.istio.io/managed": "istio.io-gateway-controller" }, ...metadataOf(there) },
    spec: {
      ...(isJsonObject(kept) ? kept : {}),
      type,
      selector: { "istio.io/gateway-name": labels["istio.io/gateway-name"] ?? "" },
      ports,
    },
    status: { loadBalancer: { ingress } },
  };
  const next = isNew && type === "LoadBalancer" ? { ...world, addresses: world.addresses + 1 } : world;
  const object = objectOf(ref, "v1", body);
  return there && equalJson(there.body, object.body) ? world : put(next, ref, object);
}

function metadataOf(object: KubeObject | undefined): JsonObject {
  const metadata = object && object.body["metadata"];
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? (metadata as JsonObject) : {};
}

function objectOf(ref: ObjectRef, apiVersion: string, { metadata, ...rest }: JsonObject): KubeObject {
  const { kind: objectKind, name, namespace, cluster } = ref;
  const own =
    typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? (metadata as JsonObject) : {};
  const body: JsonObject = { apiVersion, kind: objectKind, metadata: { ...own, name, namespace }, ...rest };
  return { ref, apiVersion, origin: { cluster }, body };
}
