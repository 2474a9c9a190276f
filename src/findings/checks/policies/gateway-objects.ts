// Nothing is enforced at the federation gateways that would be enforced nowhere without them.
import type { Finding } from "../../../core/finding.ts";
import { type KubeObject, kindKey, refText } from "../../../core/object-ref.ts";
import { valueAt } from "../../../core/pointer.ts";
import { federationGatewayPods, type GatewayPods } from "../../../federation/gateway-pods.ts";
import { matchesSelector } from "../../../inventory/label-match.ts";
import { networkPolicy } from "../../../inventory/kinds/network-policy.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { isNotByUsers } from "../../../inventory/ownership.ts";
import { filterPlaces, patchesHttpOnly, selects } from "../../../policies/selected-workloads.ts";
import { enforcedAtGateway, idleAtGateway } from "../../codes/federation-gateways.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** What an object does to the requests that federation passes through a gateway: it may stop them, or it never touches them. */
type Effect = "enforces" | "idle" | "none";

/**
 * Federation's gateways route TCP only (Maistra 2.5, pkg/servicemesh/federation/server/routing.go and
 * pilot/pkg/serviceregistry/federation/routing.go: their VirtualServices have tcp routes), so what handles HTTP is never asked.
 */
const effects: Readonly<Record<string, (object: KubeObject) => Effect>> = {
  "AuthorizationPolicy.security.istio.io": () => "enforces",
  "RequestAuthentication.security.istio.io": () => "idle",
  "EnvoyFilter.networking.istio.io": (object) =>
    !filterPlaces(object).has("gateway") ? "none" : patchesHttpOnly(object) ? "idle" : "enforces",
  "WasmPlugin.extensions.istio.io": (object) =>
    valueAt(object.body, "/spec/type") === "NETWORK" ? "enforces" : "idle",
  "Telemetry.telemetry.istio.io": () => "idle",
  "ProxyConfig.networking.istio.io": () => "idle",
};
const networkPolicyKind = "NetworkPolicy.networking.k8s.io";

const run: Check["run"] = (input) =>
  participants(input).all.flatMap((mesh) => {
    const cluster = clusterOf(input.inventory, mesh);
    const gateways = federationGatewayPods(mesh, input.podsOf(mesh));
    const kinds = [...Object.keys(effects), networkPolicyKind].sort();
    return kinds
      .flatMap((kind) => cluster.byKind.get(kind) ?? [])
      .filter((object) => !isNotByUsers(object))
      .flatMap((object) => gateways.flatMap((gateway) => ofGateway(object, mesh, gateway)).slice(0, 1));
  });

function ofGateway(object: KubeObject, mesh: Mesh, gateway: GatewayPods): Finding[] {
  const effect =
    kindKey(object.ref) === networkPolicyKind ? ofNetworkPolicy(object, gateway) : ofIstio(object, mesh, gateway);
  if (effect === "none") return [];
  const code = effect === "enforces" ? enforcedAtGateway : idleAtGateway;
  return [
    code.at([object.ref], {
      object: refText(object.ref, false),
      kind: gateway.kind,
      gateway: `${gateway.namespace}/${gateway.name}`,
      mesh: mesh.id,
    }),
  ];
}

/** What means all workloads of a mesh goes on to act on all others, servers and clients among them, and is looked at there. */
function ofIstio(object: KubeObject, mesh: Mesh, gateway: GatewayPods): Effect {
  const how = selects(object, mesh.namespace, gateway);
  const everywhere = how === "all" && object.ref.namespace === mesh.namespace;
  const gatewaysOnly = object.ref.kind === "EnvoyFilter" && [...filterPlaces(object)].join() === "gateway";
  if (how === "no" || (everywhere && !gatewaysOnly)) return "none";
  return effects[kindKey(object.ref)]?.(object) ?? "none";
}

/** A NetworkPolicy before the ingress gateway decides who may reach it; where the egress gateway may go matters to nobody without it. */
function ofNetworkPolicy(object: KubeObject, { kind, namespace, labels }: GatewayPods): Effect {
  const view = networkPolicy.fit(object.body);
  if (view === null || object.ref.namespace !== namespace || kind !== "ingress") return "none";
  const { policyTypes, podSelector } = view.spec;
  if (policyTypes.length > 0 && !policyTypes.includes("Ingress")) return "none";
  return labels === null || matchesSelector(podSelector, labels) ? "enforces" : "none";
}

export const gatewayObjects: Check = {
  fact: "Nothing is enforced at the federation gateways alone",
  codes: [enforcedAtGateway, idleAtGateway],
  reads: [...Object.keys(effects), networkPolicyKind].sort(),
  run,
};
