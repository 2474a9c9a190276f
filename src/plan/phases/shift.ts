// shift: the clients move, wave by wave; an entry shows itself to one more wave of namespaces at a time.
import { all, type Condition } from "../../conditions/condition.ts";
import { fewNames } from "../../core/few-names.ts";
import type { RouteId, StepId } from "../../core/ids.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import type { DesiredObject } from "../../target/desired-object.ts";
import { exportToPointer } from "../../target/import-entries.ts";
import { applyStep, type FieldSet, present } from "../apply-step.ts";
import type { Phase, Step, Wave } from "../plan.ts";
import { type PlanContext, probesOf } from "../plan-context.ts";
import { widened } from "../seen-by.ts";
import { canaryWaves, isForEverybody, waveName } from "../wave-name.ts";
import { joinSteps } from "./join-steps.ts";
import { egressStep, hostOf, proofStep } from "./import.ts";
import { idsOf } from "./export.ts";

/** The canary has moved with the import phase; here are the waves after it that name namespaces. Everybody comes with retire-exports. */
export function shiftPhase(context: PlanContext): Phase {
  const canaries = canaryWaves(context.waves).flatMap(({ probes }): Condition[] => [
    { kind: "endpoints", probes, via: "east-west" },
    { kind: "reachable", probes, fresh: false },
  ]);
  return {
    id: "shift",
    gate: all(...canaries),
    steps: context.importers.flatMap((mesh) => meshSteps(context, mesh)),
    verify: probesOf(context),
    reversible: true,
  };
}

function meshSteps(context: PlanContext, mesh: Mesh): Step[] {
  const entries = importEntriesOf(context, mesh);
  const steps: Step[] = [];
  let visibleTo: readonly string[] = [];
  let seen: readonly StepId[] = [];
  const waves = context.waves.filter((wave) => wave.importer === mesh.id && !isForEverybody(wave));
  // What the import phase leaves behind: whoever saw the entry already, and the canary.
  const canary = waves[0]?.namespaces ?? [];
  for (const wave of waves) {
    visibleTo = sortedUnique([...visibleTo, ...wave.namespaces]);
    if (wave.number === 1) continue;
    const path = egressStep(wave, "shift", []);
    const before = [path.id, ...seen];
    const moved = movedHosts(context, wave);
    const namespaces = fewNames(wave.namespaces);
    const name = waveName(context.waves, mesh.id, wave.number);
    // The same for all entries that do not exist yet.
    const shownAfterwards = widenedAll(visibleTo);
    const moves = entries.map((entry) => {
      const existing = context.lookup(entry.ref);
      if (isShownTo(widened(existing, canary), visibleTo)) return null;
      return applyStep(context, entry, {
        phase: "shift",
        about: `wave-${wave.number}`,
        madeEarlier: true,
        title: `${name}: show ${entry.routes.map(hostOf).join(", ")} to ${namespaces} too`,
        rule: "shift.waves",
        after: entry.routes.some((route) => moved.has(route)) ? before : atOnce,
        set: shownAfterwards(existing),
      });
    });
    const proven = present(...moves).filter(({ routes }) => routes.some((route) => moved.has(route)));
    const proof = proofStep(wave, "shift", idsOf(proven));
    steps.push(...present(path, ...moves, proof));
    seen = [proof.id];
  }
  // What joins a local Service has no waves: it comes when the others have shown that the path holds.
  steps.push(...joinSteps(context, mesh, seen));
  return steps;
}

// One for all entries.
const atOnce: readonly StepId[] = [];

/** The routes that some client of the wave sees: an entry that their Sidecars hide moves nobody. */
function movedHosts({ probes }: PlanContext, wave: Wave): ReadonlySet<RouteId> {
  const group = probes.find(({ id }) => id === wave.probes);
  if (!group) return new Set();
  const hidden = new Map<RouteId, number>();
  for (const { routes } of group.except ?? [])
    for (const route of routes) hidden.set(route, (hidden.get(route) ?? 0) + 1);
  return new Set(group.routes.filter((route) => (hidden.get(route) ?? 0) < group.clients.length));
}

/** What shows an entry to these namespaces, and to those that see it already. */
function widenedAll(namespaces: readonly string[]): (existing: KubeObject | undefined) => FieldSet {
  const made = (existing: KubeObject | undefined): FieldSet => [
    { pointer: exportToPointer, value: widened(existing, namespaces) },
  ];
  const fresh = made(undefined);
  return (existing) => (existing ? made(existing) : fresh);
}

function isShownTo(exportTo: readonly string[], namespaces: readonly string[]): boolean {
  return exportTo.includes("*") || namespaces.every((name) => exportTo.includes(name));
}

/** The entries of an importer's carried hosts, in the order of refKey. */
export function importEntriesOf(context: PlanContext, mesh: Mesh): DesiredObject[] {
  const namespace = context.target.places.get(mesh.id)?.entryNamespace;
  return context
    .desiredIn(mesh.cluster)
    .filter(({ role, ref }) => role === "import-entry" && ref.namespace === namespace);
}
