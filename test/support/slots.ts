// Values for a plan's slots, as a cluster would show them once its gateways are there.
import type { Json } from "../../src/core/json.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type SlotSource, slotValue } from "../../src/target/fill-slots.ts";

/** A Service with these load-balancer ingresses, port 15443 at node port 31443; every node address that a slot knows. */
export function slotValues(
  { slots }: Pick<Plan, "slots">,
  ingress: readonly Json[] = [{ ip: "192.0.2.1" }],
): ReadonlyMap<string, Json> {
  const known = slots.flatMap((slot) => (slot.type === "node-addresses" ? slot.among : []));
  const source: SlotSource = {
    object: () => ({ spec: { ports: [{ port: 15443, nodePort: 31443 }] }, status: { loadBalancer: { ingress } } }),
    nodes: () => [node(known.length > 0 ? known : ["192.0.2.9"])],
  };
  return new Map(slots.map((slot) => [slot.id as string, slotValue(slot, source)]));
}

/** A Node's body with internal addresses. */
export function node(internal: readonly string[], external: readonly string[] = []): Json {
  const of = (type: string, list: readonly string[]) => list.map((address) => ({ type, address }));
  return { status: { addresses: [...of("InternalIP", internal), ...of("ExternalIP", external)] } };
}
