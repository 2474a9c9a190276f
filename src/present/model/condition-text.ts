// Conditions in words: what "may begin" and "done" wait for, one line each. Judges nothing.
import type { Condition } from "../../conditions/condition.ts";
import type { Json } from "../../core/json.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { pointerParts } from "../../core/pointer.ts";
import type { ProbeGroup } from "../../dataplane/pair.ts";
import { fieldText } from "./field-change.ts";

/** What a condition names by id and a reader wants to see in words. */
export interface ConditionNames {
  readonly probes: ReadonlyMap<string, ProbeGroup>;
}

/** The conditions that must all hold, without the brackets of "all"; none: it always holds. */
export function conditionParts(condition: Condition): Exclude<Condition, { readonly kind: "all" }>[] {
  return condition.kind === "all" ? condition.of.flatMap(conditionParts) : [condition];
}

/** The condition in one line; "" for the one that always holds. */
export function conditionText(condition: Condition, names: ConditionNames): string {
  return conditionParts(condition)
    .map((part) => partText(part, names))
    .join("; ");
}

function partText(condition: Exclude<Condition, { readonly kind: "all" }>, { probes }: ConditionNames): string {
  switch (condition.kind) {
    case "present":
      return `${refText(condition.ref)} exists`;
    case "absent":
      return `${refText(condition.ref)} is gone`;
    case "rolled-out":
      return `${refText(condition.ref)} is rolled out`;
    case "field":
      return `${refText(condition.ref)}: ${fieldText(pointerParts(condition.pointer))} ${isText(condition.is, condition.value)}`;
    case "status":
      return `${refText(condition.ref)} reports ${condition.type}=${condition.status}`;
    case "mesh-config":
      return `${refText(condition.ref)}: the mesh configuration's ${fieldText(pointerParts(condition.pointer))} holds ${condition.includes.join(", ")}`;
    case "peer-synced":
      return `${refText(condition.ref)} is connected and fully synced with every istiod pod`;
    case "proxy-roots":
      return `every proxy of ${refText(condition.workload)} trusts ${countText(condition.include.length, "root")}`;
    case "proxy-network":
      return `every proxy of ${refText(condition.workload)} reports the network ${condition.network}`;
    case "gateway-exposes":
      return `the Envoys of ${refText(condition.gateway)} expose ${hostsText(condition.hosts)}`;
    case "endpoints":
      return `${probesText(condition.probes, probes)} ${viaText[condition.via]}`;
    case "reachable":
      return `requests pass${condition.fresh ? ", from newly started proxies too" : ""}: ${probesText(condition.probes, probes)}`;
    case "egress-open":
      return `connections open to the gateways of the exporters: ${probesText(condition.probes, probes)}`;
    case "drained":
      return `no active connection at ${listText(condition.workloads)} for ${durationText(condition.forMs)}`;
    case "slot":
      return `the value of ${condition.slot} is known`;
  }
}

const viaText = {
  federation: "hold the endpoints of federation and no other",
  "east-west": "hold the endpoints of the east-west gateway and no other",
  none: "hold no endpoint",
} as const;

function isText(is: "equal" | "empty" | "not-empty", value: Json): string {
  if (is === "empty") return "is empty";
  return is === "not-empty" ? "is filled" : `is ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** "2 clients to 3 hosts", or the group's id where it is not known. */
function probesText(id: string, probes: ReadonlyMap<string, ProbeGroup>): string {
  const group = probes.get(id);
  if (!group) return id;
  return `${countText(group.clients.length, "client")} to ${countText(group.routes.length, "host")} (${id})`;
}

function hostsText(hosts: readonly string[]): string {
  const [only, ...others] = hosts;
  if (only === undefined) return "no host";
  return others.length === 0 ? only : countText(hosts.length, "host");
}

function listText(refs: readonly ObjectRef[]): string {
  return refs.map((ref) => refText(ref)).join(", ");
}

/** "1 step", "2 steps". */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Milliseconds as "45 s", "2 min" or "1 h 30 min". */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}
