// The federation ingress is an ordinary load balancer, as the new gateway will be.
import { refText } from "../../../core/object-ref.ts";
import { sortedUnique } from "../../../core/order.ts";
import { ingressService } from "../../../federation/gateways.ts";
import type { Typed } from "../../../inventory/cluster.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import { loadBalancerNotCarried, loadBalancerNotSeen } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const run: Check["run"] = (input) =>
  participants(input).exporters.flatMap((mesh) =>
    mesh.peers.flatMap((peer) => {
      const service = ingressService(clusterOf(input.inventory, mesh), mesh, peer);
      if (!service) return [loadBalancerNotSeen.at([peer.ref], { peer: refText(peer.ref) })];
      const settings = specialSettings(service);
      if (settings.length === 0) return [];
      return [
        loadBalancerNotCarried.at([service.ref], { service: refText(service.ref), settings: settings.join(", ") }),
      ];
    }),
  );

/** What a plain LoadBalancer Service would not have. Cloud providers read annotations of their own domains for internal balancers and the like. */
function specialSettings({ view }: Typed<"Service">): string[] {
  const { spec, metadata } = view;
  const settings: string[] = [];
  if (spec.type !== "LoadBalancer") settings.push(`type ${spec.type || "ClusterIP"}`);
  if (spec.loadBalancerIP !== "") settings.push("loadBalancerIP");
  if (spec.loadBalancerClass !== "") settings.push("loadBalancerClass");
  if (spec.loadBalancerSourceRanges.length > 0) settings.push("loadBalancerSourceRanges");
  if (spec.externalIPs.length > 0) settings.push("externalIPs");
  const balancer = Object.keys(metadata.annotations).filter((key) =>
    /load-?balancer|metallb|\.elb\.|ingress\.ibm/u.test(key),
  );
  return [...settings, ...sortedUnique(balancer).map((key) => `annotation ${key}`)];
}

export const loadBalancerParity: Check = {
  fact: "The new gateways can be reached as the federation gateways are",
  codes: [loadBalancerNotCarried, loadBalancerNotSeen],
  reads: ["Service"],
  run,
};
