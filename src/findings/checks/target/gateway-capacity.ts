// The new gateways can carry what the federation ingress gateways carried, in the same places.
import { groupBy } from "../../../core/order.ts";
import { valueAt } from "../../../core/pointer.ts";
import { replicasOf } from "../../../target/gateway-availability.ts";
import { placementOf } from "../../../target/gateway-placement.ts";
import { gatewayCapacity, moreBalancers, placementLeft } from "../../codes/gateways.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ target: { gateways, objects } }) => {
  const pods = gateways.flatMap(({ places, peers }) => {
    const { mesh, gatewayDeployment: deployment } = places;
    const { together } = replicasOf(mesh, peers, null);
    const autoscaler = objects.find(
      ({ role, ref }) =>
        role === "availability" &&
        ref.kind === "HorizontalPodAutoscaler" &&
        ref.cluster === deployment.cluster &&
        ref.namespace === deployment.namespace,
    );
    const most = Number(valueAt(autoscaler?.template, "/spec/maxReplicas") ?? 0);
    const { left } = placementOf(places, peers);
    return [
      ...(together > most ? [gatewayCapacity.at([deployment], { mesh: mesh.id, old: together, new: most })] : []),
      ...(left.length > 0
        ? [placementLeft.at([mesh.controlPlane.ref], { mesh: mesh.id, settings: left.join(", ") })]
        : []),
    ];
  });
  const balanced = gateways.filter(({ service }) => service.type === "LoadBalancer");
  const several = [...groupBy(balanced, ({ places }) => places.mesh.cluster)].filter(([, group]) => group.length > 1);
  return [
    ...pods,
    ...several.map(([cluster, group]) =>
      moreBalancers.at(
        group.map(({ places }) => places.gatewayService),
        { cluster, count: group.length },
      ),
    ),
  ];
};

export const gatewayCapacityCheck: Check = {
  fact: "The new gateways can carry what the federation ingress gateways carried",
  codes: [gatewayCapacity, moreBalancers, placementLeft],
  reads: [],
  run,
};
