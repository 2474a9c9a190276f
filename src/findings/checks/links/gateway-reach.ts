// The importers can be told at which address and port the new gateways are.
import type { Finding } from "../../../core/finding.ts";
import { refText } from "../../../core/object-ref.ts";
import { isJsonObject, type Json } from "../../../core/json.ts";
import { isIp } from "../../../target/gateway-address.ts";
import type { EastWest } from "../../../target/gateways.ts";
import { hasAddress } from "../../../target/gateway-service.ts";
import type { Reach } from "../../../target/reach.ts";
import {
  addressInFront,
  gatewayBehindFront,
  gatewayByHostName,
  hostNamesNotResolved,
  noBalancerAddress,
  nodePortGateway,
  nodePortLocal,
} from "../../codes/gateways.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ target }) =>
  target.gateways.flatMap((gateway) => [
    ...withoutAddress(gateway),
    ...gateway.reaches.flatMap((reach) => [...ofReach(gateway, reach), ...notResolved(gateway, reach)]),
    ...byHostName(gateway),
  ]);

function withoutAddress({ places, ingresses, service, reaches }: EastWest): Finding[] {
  if (service.type !== "LoadBalancer" || reaches.every(({ by }) => by !== "load-balancer")) return [];
  return ingresses
    .filter((ingress) => ingress.view.spec.type === "LoadBalancer" && !hasAddress(ingress))
    .map((ingress) => noBalancerAddress.at([ingress.ref], { service: refText(ingress.ref), mesh: places.mesh.id }));
}

function ofReach({ places, ingresses, outside: actual, service }: EastWest, reach: Reach): Finding[] {
  const { by, importer, dialled } = reach;
  const common = { importer: importer.id, mesh: places.mesh.id };
  const addresses = dialled.join(", ");
  // Nothing is dialled any more once the peers are gone; what was found then stands in the remote Gateway.
  if (dialled.length === 0) return [];
  if (by === "nothing") {
    return [
      gatewayBehindFront.at(
        ingresses.map(({ ref }) => ref),
        { ...common, addresses, type: service.type },
      ),
    ];
  }
  if (by === "nodes") {
    const nodes = { ...common, nodes: addresses };
    // Only pods of its own (Kubernetes, Service externalTrafficPolicy).
    const local = service.fields["externalTrafficPolicy"] === "Local";
    return [(local ? nodePortLocal : nodePortGateway).at([places.gatewayService], nodes)];
  }
  if (by !== "load-balancer") return [];
  if (actual.length === 0 || dialled.some((each) => actual.includes(each))) return [];
  return [
    addressInFront.at(
      ingresses.map(({ ref }) => ref),
      { ...common, addresses, actual: actual.join(", ") },
    ),
  ];
}

/** istiod resolves the names of gateways unless told not to, and without search domains (Istio 1.20, pilot/pkg/model/network.go). */
function notResolved(gateway: EastWest, reach: Reach): Finding[] {
  const names = hostNamesOf(gateway, reach);
  if (names.length === 0) return [];
  const { env } = reach.importer.controlPlane.view.spec.runtime.components.pilot.container;
  const off = env["RESOLVE_HOSTNAME_GATEWAYS"]?.toLowerCase() === "false";
  const short = names.filter((name) => !name.includes("."));
  if (!off && short.length === 0) return [];
  return [
    hostNamesNotResolved.at([reach.importer.controlPlane.ref], {
      importer: reach.importer.id,
      mesh: gateway.places.mesh.id,
      addresses: names.join(", "),
      reason: off ? "RESOLVE_HOSTNAME_GATEWAYS is false" : "it applies no search domains to a name without dots",
    }),
  ];
}

/** Where federation was dialled by name, istiod resolves such names already. */
function byHostName(gateway: EastWest): Finding[] {
  const reaches = gateway.reaches.filter(
    (reach) => hostNamesOf(gateway, reach).length > 0 && reach.dialled.length > 0 && reach.dialled.every(isIp),
  );
  const [first] = reaches;
  if (!first) return [];
  return [
    gatewayByHostName.at([gateway.places.gatewayService], {
      mesh: gateway.places.mesh.id,
      addresses: hostNamesOf(gateway, first).join(", "),
      importers: reaches.map(({ importer }) => importer.id).join(", "),
    }),
  ];
}

/** Stated ones, or those of the old balancer: the new one comes from the same cloud. */
function hostNamesOf({ ingresses }: EastWest, { by, addresses }: Reach): string[] {
  if (by === "load-balancer")
    return ingresses
      .flatMap(({ view }) => view.status.loadBalancer.ingress)
      .flatMap(({ ip, hostname }) => (ip === "" && hostname !== "" ? [hostname] : []));
  return by === "stated" && Array.isArray(addresses)
    ? (addresses as readonly Json[]).flatMap((each) => {
        const value = isJsonObject(each) ? each["value"] : null;
        return typeof value === "string" && !isIp(value) ? [value] : [];
      })
    : [];
}

export const gatewayReach: Check = {
  fact: "The importers can be told where the new gateways are",
  codes: [
    addressInFront,
    gatewayBehindFront,
    gatewayByHostName,
    hostNamesNotResolved,
    noBalancerAddress,
    nodePortGateway,
    nodePortLocal,
  ],
  reads: [],
  run,
};
