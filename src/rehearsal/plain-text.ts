// Requests in plain text: whether a workload takes them, and those that a client's proxy passes on because it knows no service of their host.
import type { Host } from "../core/ids.ts";
import { refText } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import type { Hop, Reason, Way } from "../dataplane/reached.ts";
import type { PodShape } from "../federation/pod-index.ts";
import { distinct, endpointsOf } from "./endpoints.ts";
import { type IstiodView, type Onlooker, servicesNamed } from "./known-services.ts";
import { captures, refusedByPolicy } from "./server.ts";

/** Of a control plane: whether its proxies send to what is not registered. */
export const outboundPolicy = "/spec/proxy/networking/trafficControl/outbound/policy";

/** Nobody in particular: no rule that asks for an identity means it. */
const nobody = { trustDomain: "", namespace: "", account: "" };

/** Why a pod refuses plain text at a port; null: it takes it. */
export function refusesPlainText(view: IstiodView, shape: PodShape, port: number): Reason | null {
  if (!shape.sidecar || !captures(shape, port)) return null;
  const strict = view.strictAt(shape.namespace, shape.labels, port);
  if (strict) return { code: "policy-denies", at: strict, params: {} };
  return refusedByPolicy(view, shape, port, nobody);
}

/**
 * A Service that its proxy is not told of does not end at the proxy: the host still has the Service's address, and what is bound
 * for an address that no service is known of goes on to it as it is, unless only what is registered may be sent to (Istio 1.20,
 * outboundTrafficPolicy, ALLOW_ANY by default; seen in the lab's calibration). None: there is no such Service, or nothing behind it.
 */
export function passedOn(
  view: IstiodView,
  client: Onlooker & Pick<PodShape, "workload">,
  host: Host,
  port: number,
): readonly Way[] {
  const service = servicesNamed(view, host).find(({ from }) => from === "service");
  if (!service || !passesAnything(view, client)) return [];
  const start: Hop = {
    at: client.workload,
    what: `passes ${host}:${port} on to ${refText(service.ref, false)}, unseen`,
  };
  return distinct(endpointsOf(view, service, port, null).endpoints).flatMap((endpoint): readonly Way[] => {
    if (endpoint.to !== "pod") return [];
    const hops = [start, { at: endpoint.shape.workload, what: `answers at port ${endpoint.port}` }];
    const reason = refusesPlainText(view, endpoint.shape, endpoint.port);
    return [{ path: "local", hops, reason, seenAs: null }];
  });
}

function passesAnything(view: IstiodView, { namespace, labels }: Onlooker): boolean {
  const sidecar = view.sidecarOf(namespace, labels);
  const own = sidecar === null ? undefined : valueAt(sidecar.object.body, "/spec/outboundTrafficPolicy/mode");
  const general = valueAt(view.mesh.controlPlane.object.body, outboundPolicy) ?? "ALLOW_ANY";
  return (own ?? general) === "ALLOW_ANY";
}
