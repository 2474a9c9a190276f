// The new gateway can have a load balancer like that of the federation ingress.
import { refText } from "../../../core/object-ref.ts";
import { ingressService } from "../../../federation/gateways.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { balancerSettings, contradictingAnnotations } from "../../../target/load-balancer.ts";
import { loadBalancerNotCarried, loadBalancerNotSeen } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const run: Check["run"] = (input) =>
  participants(input).exporters.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const contradicting = contradictingAnnotations(cluster, mesh);
    return mesh.peers.flatMap((peer) => {
      const service = ingressService(cluster, mesh, peer);
      if (!service) return [loadBalancerNotSeen.at([peer.ref], { peer: refText(peer.ref) })];
      const { annotations, left } = balancerSettings(service);
      const differing = contradicting.filter((key) => Object.hasOwn(annotations, key));
      const settings = [...left, ...differing.map((key) => `annotation ${key}, otherwise than another ingress`)];
      if (settings.length === 0) return [];
      return [
        loadBalancerNotCarried.at([service.ref], { service: refText(service.ref), settings: settings.join(", ") }),
      ];
    });
  });

export const loadBalancerParity: Check = {
  fact: "The new gateways can be reached as the federation gateways are",
  codes: [loadBalancerNotCarried, loadBalancerNotSeen],
  reads: ["Service"],
  run,
};
