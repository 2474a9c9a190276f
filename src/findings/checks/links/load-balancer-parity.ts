// The new gateway can have a load balancer like that of the federation ingress.
import { statedFor } from "../../../core/east-west-options.ts";
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { ingressService } from "../../../federation/gateways.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { EastWest } from "../../../target/gateways.ts";
import { balancerSettings } from "../../../target/load-balancer.ts";
import { balancerAddressOwn, balancerNotTransparent } from "../../codes/gateways.ts";
import { loadBalancerNotCarried, loadBalancerNotSeen } from "../../codes/plan.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => [
  // Gateways of one mesh may stand in for one ingress: it is spoken of once.
  ...new Map(
    input.target.gateways.flatMap((gateway) => ofGateway(input, gateway)).map((each) => [JSON.stringify(each), each]),
  ).values(),
];

function ofGateway(input: CheckInput, { places: { mesh, importer }, peers, service }: EastWest): Finding[] {
  // Read again through this check's own eyes, so that a Service that was not supplied counts as not seen.
  const cluster = clusterOf(input.inventory, mesh);
  const stated = statedFor(input.eastWest.service, mesh.id, importer ?? "");
  const ingresses = new Map(
    peers.flatMap((peer) => {
      const found = ingressService(cluster, mesh, peer);
      return found ? [[refKey(found.ref), found] as const] : [];
    }),
  );
  const unseen = peers.filter((peer) => !ingressService(cluster, mesh, peer));
  const ofIngress = [...ingresses.values()].flatMap((ingress) => {
    const { own, changing } = balancerSettings(ingress);
    const left = own.filter((setting) => !isStated(setting, stated));
    const name = { service: refText(ingress.ref) };
    return [
      ...(changing.length > 0
        ? [balancerNotTransparent.at([ingress.ref], { ...name, settings: changing.join(", ") })]
        : []),
      ...(left.length > 0 ? [balancerAddressOwn.at([ingress.ref], { ...name, settings: left.join(", ") })] : []),
    ];
  });
  return [
    ...unseen
      .filter(() => stated === null)
      .map((peer) => loadBalancerNotSeen.at([peer.ref], { peer: refText(peer.ref) })),
    ...ofIngress,
    ...(service.differing.length > 0
      ? [
          loadBalancerNotCarried.at(
            [...ingresses.values()].map(({ ref }) => ref),
            {
              mesh: mesh.id,
              services: [...ingresses.values()].map(({ ref }) => refText(ref)).join(", "),
              settings: service.differing.join(", "),
            },
          ),
        ]
      : []),
  ];
}

/** Whether the user says what the new Service has in its place. */
function isStated(setting: string, stated: EastWestStated): boolean {
  if (!stated) return false;
  if (setting === "loadBalancerIP") return stated.loadBalancerIP !== null;
  if (setting === "externalIPs") return stated.externalIPs !== null;
  return Object.keys(stated.annotations).some((key) => setting === `annotation ${key}`);
}

type EastWestStated = ReturnType<typeof statedFor<CheckInput["eastWest"]["service"][number]>>;

export const loadBalancerParity: Check = {
  fact: "The new gateways can be reached as the federation gateways are",
  codes: [loadBalancerNotCarried, loadBalancerNotSeen, balancerNotTransparent, balancerAddressOwn],
  reads: ["Service"],
  run,
};
