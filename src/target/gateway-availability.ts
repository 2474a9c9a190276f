// Keeps the new gateway available: two pods at least, and never both away for maintenance.
import type { RouteId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { valueAt, pointer } from "../core/pointer.ts";
import { type Mesh, refIn } from "../inventory/mesh.ts";
import type { DesiredObject } from "./desired-object.ts";
import { gatewayLabel, ourLabels } from "./names.ts";
import type { Places } from "./places.ts";

export const autoscalerKind = { group: "autoscaling", kind: "HorizontalPodAutoscaler" } as const;

/**
 * istiod makes the gateway's Deployment without a number of replicas, so that it can be somebody else's: an autoscaler's
 * (Istio 1.20, kube-gateway.yaml; read in source, not yet seen running). One that gets no metrics still keeps the least number
 * (Kubernetes, pkg/controller/podautoscaler). At least two, or as many as the federation ingress gateway has.
 */
export function gatewayAutoscaler(
  places: Places,
  peers: Mesh["peers"],
  routes: readonly RouteId[],
  existing: Json | null,
): DesiredObject {
  const { mesh, gatewayDeployment: deployment } = places;
  const { least, most } = replicasOf(mesh, peers, existing);
  return {
    ref: { ...deployment, ...autoscalerKind },
    role: "availability",
    routes,
    template: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: deployment.name, namespace: deployment.namespace, labels: ourLabels },
      spec: {
        minReplicas: least,
        maxReplicas: most,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
        ],
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.name },
      },
    },
  };
}

/** One pod stays when nodes are drained. Our own label reaches the pods on Istio 1.20 and 1.28 (seen). */
export function gatewayDisruptionBudget(places: Places, routes: readonly RouteId[]): DesiredObject {
  const { mesh, gatewaySelector, gatewayDeployment: deployment } = places;
  return {
    ref: refIn(mesh.cluster, "policy", "PodDisruptionBudget", deployment.namespace, deployment.name),
    role: "availability",
    routes,
    template: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: deployment.name, namespace: deployment.namespace, labels: ourLabels },
      spec: { minAvailable: 1, selector: { matchLabels: { [gatewayLabel]: gatewaySelector } } },
    },
  };
}

/**
 * What the control plane asks of the federation ingress gateways of these peers (maistra/api v2, DeploymentRuntimeConfig), the
 * largest of each, and how many pods they may have in all; an autoscaler of ours that is there already does not shrink, because those gateways go in the end.
 */
export function replicasOf(
  mesh: Mesh,
  peers: Mesh["peers"],
  existing: Json | null,
): { readonly least: number; readonly most: number; readonly together: number } {
  const names = new Set(peers.map(({ view }) => view.spec.gateways.ingress.name));
  const declared = valueAt(mesh.controlPlane.object.body, "/spec/gateways/additionalIngress");
  const deployments = Object.entries(isJsonObject(declared) ? declared : {})
    .filter(([name]) => names.has(name))
    .map(([, gateway]) => valueAt(gateway, "/runtime/deployment") ?? null);
  const numbers = (...path: readonly string[]): number[] =>
    deployments.flatMap((deployment) => numberAt(deployment, path));
  const least = Math.max(
    2,
    ...numberAt(existing, ["spec", "minReplicas"]),
    ...numbers("replicas"),
    ...numbers("autoScaling", "minReplicas"),
  );
  return {
    least,
    most: Math.max(5, least, ...numberAt(existing, ["spec", "maxReplicas"]), ...numbers("autoScaling", "maxReplicas")),
    together: deployments.reduce<number>(
      (sum, deployment) =>
        sum +
        Math.max(1, ...numberAt(deployment, ["replicas"]), ...numberAt(deployment, ["autoScaling", "maxReplicas"])),
      0,
    ),
  };
}

function numberAt(from: Json, path: readonly string[]): number[] {
  const value = valueAt(from, pointer(...path));
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? [value] : [];
}
