// What a set of AuthorizationPolicies lets a caller do: not for one request, but as the set of requests that each action takes.
import { sortedUnique } from "../core/order.ts";
import type { AuthorizationPolicy } from "../inventory/kinds/authorization-policy.ts";
import { type Caller, takenBy } from "./match-source.ts";

/** The requests that are meant, as descriptions; "" stands for every request. */
export interface Access {
  /** null: no policy allows anything in particular, so everything is allowed. */
  readonly allowed: readonly string[] | null;
  readonly denied: readonly string[];
  /** Requests that an external authorizer is asked about. */
  readonly asked: readonly string[];
  /** Why it cannot be said; empty where it can. */
  readonly unknown: readonly string[];
}

/**
 * What the policies that select a workload mean for a caller. CUSTOM comes first, then DENY, then ALLOW; where any ALLOW
 * policy selects the workload, what none of them takes is denied; AUDIT decides nothing (Istio 1.20, pilot/pkg/security/authz).
 */
export function accessOf(
  policies: readonly AuthorizationPolicy["spec"][],
  caller: Caller,
  domains: readonly string[],
): Access {
  const taken: Record<"ALLOW" | "DENY" | "CUSTOM", string[]> = { ALLOW: [], DENY: [], CUSTOM: [] };
  const unknown: Record<"ALLOW" | "DENY" | "CUSTOM", string[]> = { ALLOW: [], DENY: [], CUSTOM: [] };
  let allows = false;
  for (const { action, rules, provider } of policies) {
    const of = action === "" ? "ALLOW" : action;
    if (of !== "ALLOW" && of !== "DENY" && of !== "CUSTOM") continue;
    if (of === "ALLOW") allows = true;
    for (const rule of rules) {
      const how = takenBy(rule, caller, domains);
      if (how.takes === "unknown") unknown[of].push(how.because);
      else if (how.takes === "requests")
        taken[of].push(of === "CUSTOM" ? `${provider?.name ?? ""}: ${how.rest}` : how.rest);
    }
  }
  return {
    allowed: allows ? simplified(taken.ALLOW) : null,
    denied: simplified(taken.DENY),
    asked: sortedUnique(taken.CUSTOM),
    unknown: sortedUnique(open(taken, unknown)),
  };
}

/** What cannot be said and matters: where every request is denied anyway, or allowed anyway, one more rule changes nothing. */
function open(
  taken: Readonly<Record<"ALLOW" | "DENY", readonly string[]>>,
  unknown: Readonly<Record<"ALLOW" | "DENY" | "CUSTOM", readonly string[]>>,
): readonly string[] {
  const denied = taken.DENY.includes("");
  const allowed = taken.ALLOW.includes("");
  return [...unknown.CUSTOM, ...(denied ? [] : unknown.DENY), ...(denied || allowed ? [] : unknown.ALLOW)];
}

/** "Every request" takes in all others. */
function simplified(rests: readonly string[]): string[] {
  return rests.includes("") ? [""] : sortedUnique(rests);
}

export interface AccessChange {
  /** Requests that pass before and not afterwards, as far as the descriptions tell. */
  readonly lost: readonly string[];
  /** Requests that pass afterwards and did not before. */
  readonly gained: readonly string[];
  /** The external authorizer is asked about other requests, or sees another caller. */
  readonly askedAnew: boolean;
  readonly unknown: readonly string[];
}

/** The difference between two accesses; empty lists mean that the same requests pass. */
export function compareAccess(before: Access, after: Access): AccessChange {
  const allowed = { before: passing(before), after: passing(after) };
  // What does not pass cannot be lost by a denial, nor gained by the end of one.
  const denials = {
    lost: allowed.before.length > 0 ? without(after.denied, before.denied) : [],
    gained: allowed.after.length > 0 ? without(before.denied, after.denied) : [],
  };
  return {
    lost: sortedUnique([...without(allowed.before, allowed.after), ...denials.lost]),
    gained: sortedUnique([...without(allowed.after, allowed.before), ...denials.gained]),
    askedAnew: before.asked.length + after.asked.length > 0,
    unknown: sortedUnique([...before.unknown, ...after.unknown]),
  };
}

/** What is allowed and not denied as a whole: a denial of every request leaves nothing, whatever ALLOW policies say. */
function passing({ allowed, denied }: Access): readonly string[] {
  if (denied.includes("")) return [];
  return (allowed ?? [""]).filter((each) => each === "" || !denied.includes(each));
}

/** The descriptions of `some` that `others` do not cover. */
function without(some: readonly string[], others: readonly string[]): string[] {
  return others.includes("") ? [] : some.filter((each) => !others.includes(each));
}
