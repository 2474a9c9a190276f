// A part of a plan: up to a phase, or what a few services need.
import type { Condition } from "../conditions/condition.ts";
import type { RouteId } from "../core/ids.ts";
import type { MigrationPhaseId, Phase, PhaseId, Plan, Step } from "../plan/plan.ts";

/** One `--only SERVICE/NAMESPACE`. */
export interface OnlyService {
  readonly service: string;
  readonly namespace: string;
}

/**
 * The routes of these services: by the name under which clients dial them, or by the exporter's own. Empty: none of the plan's
 * routes is theirs.
 */
export function routesOf(plan: Plan, only: readonly OnlyService[]): ReadonlySet<RouteId> {
  const wanted = new Set(only.map(({ service, namespace }) => `${service}.${namespace}`));
  const chosen = plan.routes.filter(
    ({ host, backends }) =>
      wanted.has(host.split(".").slice(0, 2).join(".")) ||
      backends.some(({ exported: { service } }) => wanted.has(`${service.name}.${service.namespace ?? ""}`)),
  );
  return new Set(chosen.map(({ id }) => id));
}

/** Whatever retires federation does so for all services of a link: phases that can be carried out for some of them alone. */
const divisible: readonly PhaseId[] = [
  "prepare",
  "trust",
  "network",
  "export",
  "import",
  "shift",
] satisfies MigrationPhaseId[];

export function isDivisible(phase: PhaseId): boolean {
  return divisible.includes(phase);
}

/** The phases up to and including one; null: all. */
export function phasesUntil(plan: Plan, until: PhaseId | null): readonly Phase[] {
  if (until === null) return plan.phases;
  return plan.phases.slice(0, plan.phases.findIndex(({ id }) => id === until) + 1);
}

/** The phases behind one; null: all. */
export function phasesBehind(plan: Plan, to: PhaseId | null): readonly Phase[] {
  if (to === null) return plan.phases;
  return plan.phases.slice(plan.phases.findIndex(({ id }) => id === to) + 1);
}

/** The plan as it is for some routes: steps that no other route needs, and probes of these alone. */
export function planFor(plan: Plan, routes: ReadonlySet<RouteId>): Plan {
  const probes = plan.probes
    .map((group) => ({ ...group, routes: group.routes.filter((id) => routes.has(id)) }))
    .filter((group) => group.routes.length > 0);
  const groups = new Set(probes.map(({ id }) => id));
  return {
    ...plan,
    probes,
    phases: plan.phases
      .filter(({ id }) => isDivisible(id))
      .map((phase) => ({
        ...phase,
        gate: withoutOthers(phase.gate, groups),
        verify: phase.verify.filter((id) => groups.has(id)),
        steps: phase.steps.flatMap((step) => stepFor(step, routes, groups)),
      })),
  };
}

/** A step of no route is needed by all; one of several is needed by each. */
function stepFor(step: Step, routes: ReadonlySet<RouteId>, groups: ReadonlySet<string>): Step[] {
  if (step.routes.length > 0 && !step.routes.some((id) => routes.has(id))) return [];
  return [{ ...step, done: withoutOthers(step.done, groups) }];
}

/** Nothing is asked of clients that have no route of these. */
function withoutOthers(condition: Condition, groups: ReadonlySet<string>): Condition {
  if (condition.kind === "all")
    return {
      kind: "all",
      of: condition.of.filter((each) => isAbout(each, groups)).map((each) => withoutOthers(each, groups)),
    };
  return isAbout(condition, groups) ? condition : { kind: "all", of: [] };
}

function isAbout(condition: Condition, groups: ReadonlySet<string>): boolean {
  return !("probes" in condition) || groups.has(condition.probes);
}

/** Phases with the steps that serve these routes and no others: what may be taken back without touching the rest. */
export function servingOnly(phases: readonly Phase[], routes: ReadonlySet<RouteId>): readonly Phase[] {
  return phases.map((phase) => ({
    ...phase,
    steps: phase.steps.filter((step) => step.routes.length > 0 && step.routes.every((id) => routes.has(id))),
  }));
}
