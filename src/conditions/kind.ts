// What every kind of condition declares: which stage of looking it belongs to, and how it is judged.
import type { Condition } from "./condition.ts";
import type { Facts } from "./facts.ts";
import type { PlanIndex } from "./planned.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What it takes to see. Of several conditions those of a later stage are looked at once the earlier ones hold: no request is
 * sent while its endpoint is known to be missing.
 */
export type Stage = "objects" | "proxies" | "requests";

export const stages: readonly Stage[] = ["objects", "proxies", "requests"];

export type ConditionOf<K extends Condition["kind"]> = Extract<Condition, { readonly kind: K }>;

export interface Kind<C extends Condition> {
  readonly stage: Stage;
  /** Asks `facts` for everything that it needs before it decides, so that all of it can be looked at together. */
  readonly judge: (condition: C, facts: Facts, plan: PlanIndex) => Verdict;
}
