// The one judge of conditions: every kind in one registry that the compiler holds complete.
import type { Condition } from "./condition.ts";
import type { Facts } from "./facts.ts";
import { type ConditionOf, type Kind, stages } from "./kind.ts";
import { drained } from "./kinds/drained.ts";
import { endpoints, joined } from "./kinds/endpoints.ts";
import { gatewayExposes } from "./kinds/gateway-exposes.ts";
import { imported } from "./kinds/imported.ts";
import { absent, field, meshConfig, present, status } from "./kinds/objects.ts";
import { peerSynced } from "./kinds/peer-synced.ts";
import { proxyNetwork, proxyRoots } from "./kinds/proxies.ts";
import { egressOpen, reachable } from "./kinds/requests.ts";
import { rolledOut } from "./kinds/rolled-out.ts";
import { slot } from "./kinds/slot.ts";
import type { PlanIndex } from "./planned.ts";
import { done, type Verdict, worst } from "./verdict.ts";

type Single = Exclude<Condition, { readonly kind: "all" }>;

export const kinds = {
  present,
  absent,
  "rolled-out": rolledOut,
  field,
  status,
  "mesh-config": meshConfig,
  "peer-synced": peerSynced,
  imported,
  "proxy-roots": proxyRoots,
  "proxy-network": proxyNetwork,
  "gateway-exposes": gatewayExposes,
  endpoints,
  joined,
  reachable,
  "egress-open": egressOpen,
  drained,
  slot,
} as const satisfies { readonly [K in Single["kind"]]: Kind<ConditionOf<K>> };

/**
 * Whether the condition holds. Of several parts those that are cheap to see come first; where one of them does not hold, the
 * others are not looked at.
 */
export function judge(condition: Condition, facts: Facts, plan: PlanIndex): Verdict {
  const parts = partsOf(condition);
  for (const stage of stages) {
    const verdict = worst(
      parts.filter(({ kind }) => kinds[kind].stage === stage).map((part) => judgePart(part, facts, plan)),
    );
    if (verdict.is !== "done") return verdict;
  }
  return done;
}

/** The conditions that must all hold, without the brackets of "all". */
export function partsOf(condition: Condition): readonly Single[] {
  return condition.kind === "all" ? condition.of.flatMap(partsOf) : [condition];
}

function judgePart(part: Single, facts: Facts, plan: PlanIndex): Verdict {
  // The registry pairs each kind with its own condition, which an index by a union cannot show.
  const kind = kinds[part.kind] as unknown as Kind<Single>;
  return kind.judge(part, facts, plan);
}
