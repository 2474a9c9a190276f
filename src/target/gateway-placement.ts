// Runs the new gateway's pods where the federation ingress's run: nodes, tolerations, priority, apart from each other.
import type { RouteId } from "../core/ids.ts";
import { canonicalJson, equalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { sortedUnique } from "../core/order.ts";
import { pointer, valueAt } from "../core/pointer.ts";
import type { Mesh } from "../inventory/mesh.ts";
import type { DesiredObject } from "./desired-object.ts";
import { gatewayLabel, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

export interface Placement {
  /** Fields of a pod's spec. */
  readonly pod: JsonObject;
  /** What the new gateway's pods cannot have, as a person reads it; sorted. */
  readonly left: readonly string[];
}

/**
 * What the control plane asks of the pods of its federation ingress gateways, its defaults for all components among it
 * (maistra/api v2, runtime.go). Resources are istiod's to set, for all proxies alike (Istio 1.20, kube-gateway.yaml).
 */
export function placementOf({ mesh, gatewaySelector }: Places, peers: Mesh["peers"]): Placement {
  const spec = valueAt(mesh.controlPlane.object.body, "/spec") ?? null;
  const defaults = valueAt(spec, "/runtime/defaults/pod");
  const names = sortedUnique(peers.map(({ view }) => view.spec.gateways.ingress.name));
  const runtimes = names.map((name) => valueAt(spec, pointer("gateways", "additionalIngress", name, "runtime", "pod")));
  const wanted = runtimes.map((own) => podFields(own, defaults, gatewaySelector));
  const [first = {}] = wanted;
  const fields = sortedUnique(wanted.flatMap((each) => Object.keys(each)));
  const same = fields.filter((field) => wanted.every((each) => equalJson(each[field] ?? null, first[field] ?? null)));
  const resources = runtimes.some((own) => canonicalJson(valueAt(own, "/containers") ?? null).includes('"resources"'));
  return {
    pod: Object.fromEntries(same.map((field) => [field, first[field] ?? null])),
    left: sortedUnique([...fields.filter((field) => !same.includes(field)), ...(resources ? ["resources"] : [])]),
  };
}

function podFields(own: Json | undefined, defaults: Json | undefined, selector: string): JsonObject {
  const either = (field: string): Json | undefined => valueAt(own, `/${field}`) ?? valueAt(defaults, `/${field}`);
  const [nodeSelector, tolerations, priority] = ["nodeSelector", "tolerations", "priorityClassName"].map(either);
  const apart = antiAffinity(valueAt(own, "/affinity/podAntiAffinity"), selector);
  return {
    ...(isJsonObject(nodeSelector) && Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(Array.isArray(tolerations) && tolerations.length > 0 ? { tolerations } : {}),
    ...(typeof priority === "string" && priority !== "" ? { priorityClassName: priority } : {}),
    ...(apart ? { affinity: { podAntiAffinity: apart } } : {}),
  };
}

/** The control plane's terms name the old gateway's own labels; for the new one they are about its own pods. */
function antiAffinity(theirs: Json | undefined, selector: string): JsonObject | null {
  const terms = (field: string): JsonObject[] => {
    const list = valueAt(theirs, `/${field}`);
    const keys = (Array.isArray(list) ? (list as readonly Json[]) : []).flatMap((term) => {
      const key = valueAt(term, "/topologyKey");
      return typeof key === "string" && key !== "" ? [key] : [];
    });
    const labelSelector = { matchLabels: { [gatewayLabel]: selector } };
    return sortedUnique(keys).map((topologyKey) => ({ labelSelector, topologyKey }));
  };
  const required = terms("requiredDuringScheduling");
  const preferred = terms("preferredDuringScheduling").map((podAffinityTerm) => ({ podAffinityTerm, weight: 100 }));
  if (required.length + preferred.length === 0) return null;
  return {
    ...(required.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: required } : {}),
    ...(preferred.length > 0 ? { preferredDuringSchedulingIgnoredDuringExecution: preferred } : {}),
  };
}

/**
 * These fields, and no others, of the Deployment that istiod makes: its template has none of them, and its server-side apply
 * leaves alone what it does not set (Istio 1.20 to 1.28, kube-gateway.yaml; read in source, not yet seen running).
 */
export function gatewayPlacement(
  places: Places,
  peers: Mesh["peers"],
  routes: readonly RouteId[],
): DesiredObject | null {
  const { pod } = placementOf(places, peers);
  if (Object.keys(pod).length === 0) return null;
  const { name, namespace } = places.gatewayDeployment;
  return {
    ref: places.gatewayDeployment,
    role: "placement",
    routes,
    template: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels: ourLabels },
      spec: { template: { spec: pod } },
    },
  };
}
