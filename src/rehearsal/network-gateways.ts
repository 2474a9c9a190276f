// Where an istiod knows the gateways of other networks: Gateway objects of the class istio-remote, or of its own class with a network label.
import type { ObjectRef } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import type { Json } from "../core/json.ts";
import { eastWestPort } from "../target/names.ts";
import type { IstiodView } from "./known-services.ts";

export interface NetworkGateway {
  readonly gateway: ObjectRef;
  readonly address: string;
  readonly port: number;
}

const gatewayKind = "Gateway.gateway.networking.k8s.io";
const networkLabel = "/metadata/labels/topology.istio.io~1network";

/**
 * Each address with the port of each listener that says auto-passthrough, or has the port that the Gateway's label
 * networking.istio.io/gatewayPort says, by default 15443 (pilot/pkg/serviceregistry/kube/conversion.go, IsAutoPassthrough). istiod reads these objects only with
 * PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API, off by default in 1.20 (docs/facts.md, network.gateway-discovery; Istio 1.20,
 * pilot/pkg/serviceregistry/kube/controller/network.go).
 */
export function networkGateways(view: IstiodView, network: string): readonly NetworkGateway[] {
  if (!discoversGateways(view)) return [];
  return gatewaysByNetwork(view).get(network) ?? [];
}

function gatewaysByNetwork(view: IstiodView): ReadonlyMap<string, readonly NetworkGateway[]> {
  const slice = view.state.slices.get(gatewayKind);
  if (!slice) return new Map();
  return slice.kept("networks", view.mesh.id, view.mesh, () => {
    const found = slice.list().flatMap(({ ref, body }) => {
      const network = valueAt(body, networkLabel);
      if (!view.watches(ref.namespace ?? "") || typeof network !== "string") return [];
      if (valueAt(body, "/spec/gatewayClassName") !== "istio-remote") return [];
      const ports = listAt(body, "/spec/listeners")
        .filter((each) => passesOn(each, valueAt(body, "/metadata/labels/networking.istio.io~1gatewayPort")))
        .flatMap((each) => numberAt(each, "/port"));
      const addresses = listAt(body, "/spec/addresses").flatMap((each) => textAt(each, "/value"));
      return addresses.flatMap((address) => ports.map((port) => ({ network, gateway: ref, address, port })));
    });
    return groupBy(found, ({ network }) => network);
  });
}

function passesOn(listener: Json, gatewayPort: Json | undefined): boolean {
  if (valueAt(listener, "/tls") === undefined) return false;
  if (valueAt(listener, "/tls/options/gateway.istio.io~1listener-protocol") === "auto-passthrough") return true;
  const stated = typeof gatewayPort === "string" ? Number(gatewayPort) : eastWestPort;
  return valueAt(listener, "/port") === stated;
}

/** Whether the istiod of this mesh looks at Gateway objects for other networks. */
export function discoversGateways({ mesh }: IstiodView): boolean {
  const { env } = mesh.controlPlane.view.spec.runtime.components.pilot.container;
  return env["PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API"] === "true";
}

function listAt(body: Json, path: string): readonly Json[] {
  const value = valueAt(body, path);
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function numberAt(body: Json, path: string): readonly number[] {
  const value = valueAt(body, path);
  return typeof value === "number" ? [value] : [];
}

function textAt(body: Json, path: string): readonly string[] {
  const value = valueAt(body, path);
  return typeof value === "string" && value !== "" ? [value] : [];
}
