// Conditions in words: what "may begin" and "done" wait for. Judges nothing.
import type { Condition } from "../../conditions/condition.ts";
import type { Json } from "../../core/json.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import { pointerParts } from "../../core/pointer.ts";
import type { ProbeGroup } from "../../dataplane/pair.ts";
import type { Slot } from "../../target/desired-object.ts";
import { countText, durationText } from "./count-text.ts";
import { fieldText } from "./field-change.ts";

/** What a condition names by id and a reader wants to see in words. */
export interface ConditionNames {
  readonly probes: ReadonlyMap<string, ProbeGroup>;
  readonly slots: ReadonlyMap<string, Slot>;
  /** Texts of probe groups made until now: a group is named by many conditions, and may have thousands of clients. */
  readonly texts: Map<string, string>;
}

/** One condition that is no list of conditions. */
export type ConditionPart = Exclude<Condition, { readonly kind: "all" }>;

/** The conditions that must all hold, without the brackets of "all"; none: it always holds. */
export function conditionParts(condition: Condition): ConditionPart[] {
  return condition.kind === "all" ? condition.of.flatMap(conditionParts) : [condition];
}

/** The condition in one line; "" for the one that always holds. */
export function conditionText(condition: Condition, names: ConditionNames): string {
  return partTexts(conditionParts(condition), names, null).join("; ");
}

/**
 * One text per thing that must hold, each once. Objects of one kind and cluster that must fulfil the same share a
 * text. A reader who knows the cluster does not need it repeated: `cluster` is left out.
 */
export function partTexts(parts: readonly ConditionPart[], names: ConditionNames, cluster: string | null): string[] {
  const claims = parts.map((part) => claimOf(part, names));
  return [...groupBy(claims, claimKey).values()].map((group) => {
    const [first] = group;
    if (!first) return "";
    const place = first.ref === null || first.ref.cluster === cluster ? "" : ` in ${first.ref.cluster}`;
    const subjects =
      first.ref === null ? first.about : `${first.ref.kind} ${fewNames(sortedUnique(group.map(nameOf)))}`;
    return `${subjects}${place}: ${first.must}`;
  });
}

const namedObjects = 5;

function fewNames(names: readonly string[]): string {
  const more = names.length - namedObjects;
  return more > 0 ? `${names.slice(0, namedObjects).join(", ")} and ${more} more` : names.join(", ");
}

/** Something and what it must be. */
interface Claim {
  readonly ref: ObjectRef | null;
  /** What it is about where that is no object. */
  readonly about: string;
  readonly must: string;
}

function claimKey({ ref, about, must }: Claim): string {
  return ref === null ? `${about}|${must}` : `${ref.cluster}|${ref.group}|${ref.kind}|${must}`;
}

function nameOf({ ref }: Claim): string {
  return ref === null ? "" : ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`;
}

function claimOf(part: ConditionPart, names: ConditionNames): Claim {
  const of = (ref: ObjectRef, must: string): Claim => ({ ref, about: "", must });
  const from = (probes: string, must: string): Claim => ({
    ref: null,
    about: probesText(names, probes),
    must,
  });
  switch (part.kind) {
    case "present":
      return of(part.ref, "exists");
    case "absent":
      return of(part.ref, "gone");
    case "rolled-out":
      return of(part.ref, "rolled out");
    case "field":
      return of(part.ref, `${fieldText(pointerParts(part.pointer))} ${isText(part.is, part.value)}`);
    case "status":
      return of(part.ref, `reports ${part.type}=${part.status}`);
    case "mesh-config":
      return of(
        part.ref,
        `${fieldText(pointerParts(part.pointer))} of the mesh configuration holds ${part.includes.join(", ")}`,
      );
    case "peer-synced":
      return of(part.ref, "connected, fully synced with every istiod pod");
    case "imported":
      return of(part.ref, `imports ${hostsText(part.hosts)}`);
    case "proxy-roots":
      return of(part.workload, `every proxy trusts ${countText(part.include.length, "root")}`);
    case "proxy-network":
      return of(part.workload, `every proxy is in network ${part.network}`);
    case "gateway-exposes":
      return of(part.gateway, `its Envoys expose ${hostsText(part.hosts)} and have rejected nothing`);
    case "endpoints":
      return from(part.probes, viaText[part.via]);
    case "joined":
      return from(part.probes, joinedText[part.federation]);
    case "reachable":
      return from(part.probes, part.fresh ? "requests pass, also from newly started proxies" : "requests pass");
    case "egress-open":
      return from(part.probes, "connections to the exporters' gateways open");
    case "drained":
      return {
        ref: null,
        about: listText(part.workloads),
        must: `no active connection for ${durationText(part.forMs)}`,
      };
    case "slot":
      return slotClaim(part.slot, names.slots.get(part.slot));
  }
}

function slotClaim(id: string, slot: Slot | undefined): Claim {
  if (!slot) return { ref: null, about: id, must: "its value is known" };
  switch (slot.type) {
    case "addresses":
    case "plain-addresses":
      return { ref: slot.from, about: "", must: "its addresses are known" };
    case "node-port":
      return { ref: slot.from, about: "", must: `its node port for ${slot.port} is known` };
    case "node-addresses":
      return { ref: null, about: slot.cluster, must: "addresses of its nodes are known" };
  }
}

const viaText = {
  federation: "endpoints of federation and no other",
  "east-west": "endpoints of the east-west gateway and no other",
  none: "no endpoints",
} as const;

const joinedText = {
  beside: "endpoints of the east-west gateway beside the local ones",
  gone: "endpoints of the east-west gateway beside the local ones, none of federation",
} as const;

function isText(is: "equal" | "empty" | "not-empty", value: Json): string {
  if (is === "empty") return "is empty";
  if (is === "not-empty") return "is filled";
  if (typeof value === "string" && value.includes("\n"))
    return `is the text of ${countText(value.trim().split("\n").length, "line")} that the plan holds`;
  return `is ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

const namedClients = 3;

/** "shop/till to 2 hosts", "12 clients in 4 namespaces to 200 hosts", or the group's id where it is not known. */
export function probesText({ probes, texts }: ConditionNames, id: string): string {
  const group = probes.get(id);
  if (!group) return `probes ${id}`;
  const text = texts.get(id) ?? groupText(group);
  texts.set(id, text);
  return text;
}

function groupText({ clients, routes }: ProbeGroup): string {
  const namespaces = new Set(clients.map(({ cluster, namespace }) => `${cluster}|${namespace ?? ""}`));
  const from =
    clients.length > 0 && clients.length <= namedClients
      ? clients.map(({ namespace, name }) => `${namespace ?? ""}/${name}`).join(", ")
      : `${countText(clients.length, "client")} in ${countText(namespaces.size, "namespace")}`;
  return `${from} to ${countText(routes.length, "host")}`;
}

function hostsText(hosts: readonly string[]): string {
  const [only, ...others] = hosts;
  if (only === undefined) return "no host";
  return others.length === 0 ? only : countText(hosts.length, "host");
}

function listText(refs: readonly ObjectRef[]): string {
  const byCluster = groupBy(refs, ({ cluster }) => cluster);
  return [...byCluster]
    .map(([cluster, each]) => `${each.map((ref) => refText(ref, false)).join(", ")} in ${cluster}`)
    .join(", ");
}
