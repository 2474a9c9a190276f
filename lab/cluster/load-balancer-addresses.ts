// Which address a Service of type LoadBalancer gets: the one that it has, the one that it asks for, or the lowest free one.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { LiveObject } from "../api/live-object.ts";

export interface Assignment {
  readonly service: LiveObject;
  /** null: it has to give its address back. */
  readonly address: string | null;
}

/** What has to change, for all Services of a cluster at once. `range` is a.b.c.0/24. */
export function assignments(services: readonly LiveObject[], range: string): Assignment[] {
  const base = range.split(".").slice(0, 3).join(".");
  const taken = new Set<string>();
  const wanting: LiveObject[] = [];
  const changes: Assignment[] = [];
  for (const service of services) {
    const present = addressOf(service);
    if (!wantsAddress(service)) {
      if (present !== null) changes.push({ service, address: null });
    } else if (present !== null && present.startsWith(`${base}.`) && !taken.has(present)) taken.add(present);
    else wanting.push(service);
  }
  // Those with a wish come first, so that nobody else gets what they ask for.
  for (const service of [...wanting.filter(wish), ...wanting.filter((each) => wish(each) === null)]) {
    const address = choose(wish(service), base, taken);
    if (address === null) continue;
    taken.add(address);
    changes.push({ service, address });
  }
  return changes;
}

function choose(wished: string | null, base: string, taken: ReadonlySet<string>): string | null {
  if (wished !== null && wished.startsWith(`${base}.`) && !taken.has(wished)) return wished;
  for (let last = 1; last < 255; last += 1) if (!taken.has(`${base}.${last}`)) return `${base}.${last}`;
  return null;
}

function wantsAddress({ spec, metadata }: LiveObject): boolean {
  return isJsonObject(spec) && spec["type"] === "LoadBalancer" && metadata.deletionTimestamp === undefined;
}

function wish({ spec }: LiveObject): string | null {
  const wished = isJsonObject(spec) ? spec["loadBalancerIP"] : undefined;
  return typeof wished === "string" && wished !== "" ? wished : null;
}

/** The address that a Service was given. */
export function addressOf({ status }: LiveObject): string | null {
  const balancer = isJsonObject(status) ? status["loadBalancer"] : undefined;
  const ingress = isJsonObject(balancer) ? balancer["ingress"] : undefined;
  const first: Json | undefined = Array.isArray(ingress) ? (ingress as readonly Json[])[0] : undefined;
  const address = isJsonObject(first) ? first["ip"] : undefined;
  return typeof address === "string" ? address : null;
}
