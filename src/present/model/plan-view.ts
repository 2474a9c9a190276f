// What `plan` shows, as data: the same values feed the JSON output and the text. Knows no output format.
import type { Json } from "../../core/json.ts";
import { type ObjectRef, rememberedKeys, sortedRefs } from "../../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../../core/order.ts";
import type { Inventory } from "../../inventory/mesh.ts";
import type { Phase, PhaseId, Plan, Wave } from "../../plan/plan.ts";
import type { Slot } from "../../target/desired-object.ts";
import { type ConditionNames, conditionParts, partTexts, probesText } from "./condition-text.ts";
import { countSeverities, type FindingView, findingViews, type SeverityCounts } from "./finding-view.ts";
import { type FirewallRequest, firewallRequests } from "./firewall-view.ts";
import { earlierApplies, type StepContext, type StepKind, type StepView, stepView } from "./step-view.ts";

export type StepCounts = Readonly<Record<StepKind, number>>;

export interface PhaseView {
  readonly id: PhaseId;
  /** From 1: the number in the plan folder's names. */
  readonly number: number;
  /** What the phase is for, in one line. */
  readonly purpose: string;
  /** What must hold before the first step; empty where nothing must. */
  readonly gate: readonly string[];
  readonly counts: StepCounts;
  readonly steps: readonly StepView[];
  /** The client and host pairs whose requests must pass afterwards, in words. */
  readonly verify: readonly string[];
  readonly reversible: boolean;
  /** Why undo alone does not restore everything; empty where it does. */
  readonly lost: readonly string[];
}

export interface CostView {
  readonly counts: StepCounts;
  /** API writes (creates, changes, patches, deletes, restarts) by cluster. */
  readonly writes: Readonly<Record<string, number>>;
  readonly restarts: readonly ObjectRef[];
  readonly deletes: readonly ObjectRef[];
}

export interface RoutesView {
  readonly total: number;
  readonly carried: number;
  /** Hosts that stay on federation, as "IMPORTER|HOST". */
  readonly left: readonly string[];
}

/** What a scaffold sets up. */
export interface SetsUpView {
  readonly meshes: number;
  readonly links: number;
}

export interface PlanView {
  readonly apiVersion: "meshferry/plan-summary.v1";
  readonly plan: Plan["apiVersion"];
  readonly madeBy: string;
  readonly strategy: Plan["strategy"];
  readonly trust: Plan["trust"];
  readonly rehearsed: boolean;
  readonly routes: RoutesView;
  /** null: the plan is a migration. */
  readonly setsUp: SetsUpView | null;
  readonly waves: readonly Wave[];
  readonly slots: readonly Slot[];
  readonly cost: CostView;
  /** What firewalls between the clusters must let through, in the order of importers and exporters. */
  readonly firewall: readonly FirewallRequest[];
  readonly phases: readonly PhaseView[];
  readonly counts: SeverityCounts;
  readonly findings: readonly FindingView[];
}

/** What each phase is for. */
export const phasePurposes = {
  prepare: "see that everything is healthy before anything changes",
  trust: "each mesh trusts the roots of the others",
  network: "each mesh knows its network and the gateways of the others",
  export: "east-west gateways expose the exported services",
  import: "the importers learn the new way; the canary takes it",
  shift: "the other clients move to the new way, wave by wave",
  "retire-exports": "federation stops offering services (undone within a second)",
  "retire-imports": "federation's imports go",
  "retire-peers": "the links themselves go",
  namespaces: "a place for everything, and the CAs in it",
  "control-planes": "OpenShift Service Mesh 2.6 with federation gateways",
  peers: "each mesh knows the meshes that it is linked with",
  apps: "sample clients and services, each with a sidecar",
  exports: "what each mesh offers the others",
  imports: "what each mesh takes of that",
} as const satisfies Readonly<Record<PhaseId, string>>;

/** The view of a plan. The inventory gives the old values that the plan does not hold. */
export function planView(
  plan: Plan,
  inventory: Inventory,
  context: StepContext = stepContext(plan, inventory),
): PlanView {
  const phases = plan.phases.map((phase, index) => phaseView(phase, index + 1, context));
  const steps = phases.flatMap((phase) => phase.steps);
  const left = plan.routes.filter(({ carry }) => carry.mode === "none");
  return {
    apiVersion: "meshferry/plan-summary.v1",
    plan: plan.apiVersion,
    madeBy: plan.madeBy,
    strategy: plan.strategy,
    trust: plan.trust,
    rehearsed: plan.rehearsed,
    routes: {
      total: plan.routes.length,
      carried: plan.routes.length - left.length,
      left: left.map(({ id }) => id),
    },
    setsUp: plan.strategy === "scaffold" ? setsUpView(steps) : null,
    waves: sortedBy(
      plan.waves,
      ({ importer }) => importer,
      ({ number }) => String(number).padStart(4, "0"),
    ),
    slots: sortedBy(plan.slots, ({ id }) => id),
    cost: costView(steps),
    firewall: firewallRequests(plan, inventory),
    phases,
    counts: countSeverities(plan.findings),
    findings: findingViews(plan.findings),
  };
}

/** Every mesh has one control plane, every link two peers. */
function setsUpView(steps: readonly StepView[]): SetsUpView {
  const kindsOf = steps
    .filter(({ kind }) => kind === "create")
    .flatMap(({ objects }) => objects.map(({ kind }) => kind));
  const count = (kind: string): number => kindsOf.filter((each) => each === kind).length;
  return { meshes: count("ServiceMeshControlPlane"), links: count("ServiceMeshPeer") / 2 };
}

/** What the views of a plan's steps need to know beside the step. */
export function stepContext(plan: Plan, inventory: Inventory): StepContext {
  const clusters = new Map(inventory.clusters.map((cluster) => [cluster.id, cluster]));
  const keyOf = rememberedKeys();
  const bodyOf = (ref: ObjectRef): Json | undefined => clusters.get(ref.cluster)?.objects.get(keyOf(ref))?.body;
  const names: ConditionNames = {
    probes: new Map(plan.probes.map((group) => [group.id, group])),
    slots: new Map(plan.slots.map((slot) => [slot.id as string, slot])),
    texts: new Map(),
  };
  return { plan, names, bodyOf, keyOf, earlier: earlierApplies(plan, keyOf), changes: new Map() };
}

function phaseView(phase: Phase, number: number, context: StepContext): PhaseView {
  const steps = phase.steps.map((step, index) => stepView(step, index + 1, context));
  return {
    id: phase.id,
    number,
    purpose: phasePurposes[phase.id],
    gate: partTexts(conditionParts(phase.gate), context.names, null),
    counts: countsOf(steps),
    steps,
    verify: phase.verify.map((probes) => probesText(context.names, probes)),
    reversible: phase.reversible,
    lost: sortedUnique(phase.steps.flatMap(({ undo }) => (undo.how === "none" && undo.needed ? [undo.reason] : []))),
  };
}

function countsOf(steps: readonly StepView[]): StepCounts {
  const counts = { create: 0, change: 0, patch: 0, delete: 0, restart: 0, wait: 0, confirm: 0 };
  for (const { kind, objects } of steps) counts[kind] += kind === "delete" ? objects.length : 1;
  return counts;
}

function costView(steps: readonly StepView[]): CostView {
  const writes = new Map<string, number>();
  for (const { kind, objects } of steps) {
    if (kind === "wait" || kind === "confirm") continue;
    for (const { cluster } of objects) writes.set(cluster, (writes.get(cluster) ?? 0) + 1);
  }
  const of = (kind: StepKind) =>
    sortedRefs(steps.filter((step) => step.kind === kind).flatMap(({ objects }) => objects));
  return {
    counts: countsOf(steps),
    writes: Object.fromEntries(sortedUnique(writes.keys()).map((name) => [name, writes.get(name) ?? 0])),
    restarts: of("restart"),
    deletes: of("delete"),
  };
}
