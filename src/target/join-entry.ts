// The endpoint in another mesh that stands beside those of a local Service: a WorkloadEntry that the Service's own selector matches.
import type { ObjectRef } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { egressService, peersOfLinks } from "../federation/gateways.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { clusterOf, type Inventory, refIn } from "../inventory/mesh.ts";
import { portsInBackend } from "../routes/route.ts";
import type { CarriedRoute } from "./carried-routes.ts";
import type { DesiredObject } from "./desired-object.ts";
import { endpointAnnotations } from "./import-entries.ts";
import { fitted, ourLabels } from "./names.ts";
import { oursNow } from "./ours-now.ts";

/**
 * The endpoint, or null where the route does not join. istiod adds it to every port of the Service whose target is a number,
 * and to those whose target is a name that `ports` maps (Istio 1.20 and 1.28, kube/controller/controller.go,
 * serviceInstanceFromWorkloadInstance). The numbers in `ports` are never dialled: the remote gateway's address and port stand
 * in for an endpoint of another network (pilot/pkg/xds/endpoints/ep_filters.go).
 */
export function joinEntry(carried: CarriedRoute, weightOf: (ref: ObjectRef) => number): DesiredObject | null {
  const { route, join, exported, locality, importer, exporter } = carried;
  if (join === null) return null;
  const name = fitted(`${route.host}.${exporter.remoteNetwork}`, 253);
  const { namespace } = join.service;
  const ref = refIn(importer.mesh.cluster, "networking.istio.io", "WorkloadEntry", namespace, name);
  const targets = portsInBackend(join, exported).flatMap(({ target, number }) =>
    target === null ? [] : [[target, number] as const],
  );
  const weight = weightOf(ref);
  return {
    ref,
    role: "join-entry",
    routes: [route.id],
    template: {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "WorkloadEntry",
      metadata: {
        name,
        namespace,
        labels: { ...join.selector, ...ourLabels, "security.istio.io/tlsMode": "istio" },
        annotations: endpointAnnotations(carried),
      },
      spec: {
        network: exporter.remoteNetwork,
        ...(locality === null ? {} : { locality }),
        ...(targets.length === 0 ? {} : { ports: Object.fromEntries(targets) }),
        ...(weight > 1 ? { weight } : {}),
      },
    },
  };
}

/**
 * The share that the other mesh keeps: federation has one endpoint for each pod of its egress gateway (Maistra 2.5,
 * pilot/pkg/serviceregistry/federation/controller.go, getEgressServiceAddrs). What the entry says already stays: by then the
 * gateway may be gone, or somebody has set another share.
 */
export function endpointWeight(
  inventory: Inventory,
  { importer: { mesh }, route, exported }: CarriedRoute,
  ref: ObjectRef,
  pods: PodIndex,
): number {
  const now = oursNow(inventory, ref);
  const weight = valueAt(now, "/spec/weight");
  if (now !== null) return typeof weight === "number" ? weight : 1;
  const { links } = route.backends.find((backend) => backend.exported === exported) ?? { links: [exported.link] };
  const cluster = clusterOf(inventory, mesh);
  const counts = peersOfLinks(mesh, links).map((peer) => {
    const service = egressService(cluster, mesh, peer);
    return service ? pods.find("pods", service.ref.namespace ?? "", service.view.spec.selector).length : 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
