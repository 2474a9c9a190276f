// The plan: phases in the order that trust decides, over the carried routes.
import type { Finding } from "../core/finding.ts";
import { type Hash, hashOf, type Sha256, sha256Hex } from "../core/hash.ts";
import { canonicalJson } from "../core/json.ts";
import type { MeshId, StepId } from "../core/ids.ts";
import { groupBy, sortedUnique } from "../core/order.ts";
import type { TrustOrder } from "../core/trust-order.ts";
import { madeBy } from "../core/version.ts";
import type { Federation } from "../federation/federation.ts";
import type { PodIndex } from "../federation/pod-index.ts";
import { nothingToDo } from "../findings/codes/plan.ts";
import { sortedFindings } from "../findings/sorted-findings.ts";
import type { Inventory, Mesh } from "../inventory/mesh.ts";
import { injectedWorkloads } from "../routes/client-namespaces.ts";
import type { Route } from "../routes/route.ts";
import type { DesiredObject, Template } from "../target/desired-object.ts";
import { underOurEntries } from "../target/carried-routes.ts";
import { exportToPointer } from "../target/import-entries.ts";
import type { Target } from "../target/generate-target.ts";
import { objectLookup, slotSource } from "./compare-existing.ts";
import { makeBasis } from "./make-basis.ts";
import { joiningProbes, makeWaves } from "./make-waves.ts";
import { exportPhase } from "./phases/export.ts";
import { importPhase } from "./phases/import.ts";
import { networkPhase } from "./phases/network.ts";
import { preparePhase } from "./phases/prepare.ts";
import { retireExportsPhase } from "./phases/retire-exports.ts";
import { retireImportsPhase } from "./phases/retire-imports.ts";
import { retirePeersPhase } from "./phases/retire-peers.ts";
import { shiftPhase } from "./phases/shift.ts";
import { pendingRoots, trustPhase } from "./phases/trust.ts";
import type { MigrationPhaseId, Phase, Plan } from "./plan.ts";
import type { PlanContext, PlanOptions } from "./plan-context.ts";
import { plannedMeshes } from "./planned-meshes.ts";
import { notRestartables } from "./proxy-workloads.ts";
import { costsOfRestarts } from "./restart-costs.ts";
import { ownersOfTouched } from "./touched-objects.ts";
import { hiddenPairs } from "../target/sidecar-edits.ts";
import { importerClients } from "../target/importer-clients.ts";
import { peersStay, retirableGroups, retirableLinks, stayingLinks } from "./retirable.ts";

/** Every phase that this version plans, in their order. */
const phases = {
  prepare: preparePhase,
  trust: trustPhase,
  network: networkPhase,
  export: exportPhase,
  import: importPhase,
  shift: shiftPhase,
  "retire-exports": retireExportsPhase,
  "retire-imports": retireImportsPhase,
  "retire-peers": retirePeersPhase,
} as const satisfies Record<MigrationPhaseId, (context: PlanContext) => Phase>;

/**
 * With `peers` nothing is done to the CAs, and the peers stay: on 2.6 a mesh's proxies trust another trust domain because
 * of its peer (Maistra 2.5 source; one validator per trust domain observed).
 */
const phaseIds = {
  peers: ["prepare", "network", "export", "import", "shift", "retire-exports", "retire-imports"],
  "combined-root": [
    "prepare",
    "trust",
    "network",
    "export",
    "import",
    "shift",
    "retire-exports",
    "retire-imports",
    "retire-peers",
  ],
} as const satisfies Record<TrustOrder, readonly MigrationPhaseId[]>;

export interface PlanInput {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly routes: readonly Route[];
  readonly target: Target;
  readonly podsOf: (mesh: Mesh) => PodIndex;
  readonly options: PlanOptions;
  readonly findings: readonly Finding[];
  /** What hashes the facts that the plan rests on; `sha256Hex` where nothing faster is at hand. */
  readonly sha256?: Sha256;
  /** The target's objects, hashed; made here where nobody needed them before the plan. */
  readonly hashed?: HashedTemplates;
}

/** Canonical JSON of templates by their hash: made for the hash, and of use again to whoever writes them. */
export type TemplateTexts = ReadonlyMap<string, string>;

export interface HashedTemplates {
  readonly hashes: ReadonlyMap<DesiredObject, Hash>;
  readonly texts: TemplateTexts;
  /** By hash: the field that steps will lay over the template, as far as its role tells. */
  readonly laidOver: ReadonlyMap<string, string>;
}

export interface MadePlan {
  readonly plan: Plan;
  readonly texts: TemplateTexts;
}

/** The plan for everything that is carried. The same input gives the same bytes. */
export function makePlan(input: PlanInput): Plan {
  return planWithTexts(input).plan;
}

/** The same, with the texts that were made on the way. */
export function planWithTexts(input: PlanInput): MadePlan {
  const hashed = input.hashed ?? hashTemplates(input.target.objects, input.sha256);
  return { plan: planFrom(input, planContext(input, hashed.hashes)), texts: hashed.texts };
}

function planFrom(input: PlanInput, context: PlanContext): Plan {
  const made = phaseIds[input.options.trust].map((id) => phases[id](context));
  return {
    apiVersion: "meshferry/plan.v1",
    madeBy,
    strategy: "shift",
    trust: input.options.trust,
    rehearsed: false,
    basis: makeBasis(context),
    slots: input.target.slots,
    objects: objectsUsed(context, made),
    routes: input.routes,
    meshes: plannedMeshes(context),
    waves: context.waves,
    probes: context.probes,
    phases: made.map(withoutMissingPredecessors(made)),
    findings: sortedFindings([
      ...input.findings,
      ...stayingLinks(input.federation, input.routes, context.retirableLinks, context.retirableGroups),
      ...peersStay(context),
      ...pendingRoots(context),
      ...notRestartables(context),
      ...ownersOfTouched(made, context.lookup),
      ...costsOfRestarts(made, context.inventory, context.lookup),
      ...(context.carried.length === 0 ? [nothingToDo.at([], {})] : []),
    ]),
  };
}

/** The templates that a plan can apply, tens of thousands: known before its steps are. */
export function hashTemplates(objects: readonly DesiredObject[], sha256: Sha256 = sha256Hex): HashedTemplates {
  const hashes = new Map<DesiredObject, Hash>();
  const texts = new Map<string, string>();
  const laidOver = new Map<string, string>();
  for (const desired of objects) {
    const text = canonicalJson(desired.template);
    const hash: Hash = `sha256:${sha256(text)}`;
    hashes.set(desired, hash);
    texts.set(hash, text);
    // Entries alone are applied more than once, each time to be seen by more namespaces.
    if (desired.role === "import-entry") laidOver.set(hash, exportToPointer);
  }
  return { hashes, texts, laidOver };
}

function planContext(
  { inventory, federation, routes, target, podsOf, options, sha256 }: PlanInput,
  hashes: HashedTemplates["hashes"],
): PlanContext {
  const carried = target.carried;
  const lookup = objectLookup(inventory);
  const exporters = new Set(carried.map(({ exporter }) => exporter.mesh.id));
  const byImporter = groupBy(carried, ({ importer }) => importer.mesh.id);
  const partners = new Map<MeshId, Set<MeshId>>();
  for (const { importer, exporter } of carried) {
    partners.set(importer.mesh.id, (partners.get(importer.mesh.id) ?? new Set()).add(exporter.mesh.id));
    partners.set(exporter.mesh.id, (partners.get(exporter.mesh.id) ?? new Set()).add(importer.mesh.id));
  }
  const made = [...byImporter.values()].flatMap((group) => {
    const mesh = group[0]?.importer.mesh;
    if (!mesh) return [];
    const ids = sortedUnique(underOurEntries(group).map(({ route }) => route.id));
    const joining = sortedUnique(group.flatMap(({ route, join }) => (join ? [route.id] : [])));
    const clients = importerClients(inventory, group, podsOf);
    const workloads = injectedWorkloads(mesh, clients.pods, clients.gateways);
    const hidden = hiddenPairs(clients);
    return [
      ids.length > 0
        ? makeWaves(mesh, workloads, ids, { ...options.waves, exportTo: options.exportTo }, hidden)
        : { waves: [], probes: [] },
      { waves: [], probes: joiningProbes(mesh, workloads, joining, hidden) },
    ];
  });
  const links = retirableLinks(inventory, federation, routes);
  const byCluster = groupBy(target.objects, ({ ref }) => ref.cluster);
  return {
    inventory,
    federation,
    carried,
    target,
    options,
    desiredIn: (cluster) => byCluster.get(cluster) ?? [],
    lookup,
    slotSource: slotSource(inventory, lookup),
    podsOf,
    exporters: inventory.meshes.filter(({ id }) => exporters.has(id)),
    importers: inventory.meshes.filter(({ id }) => byImporter.has(id)),
    participants: inventory.meshes.filter(({ id }) => exporters.has(id) || byImporter.has(id)),
    partnersOf: (mesh) => inventory.meshes.filter(({ id }) => partners.get(mesh.id)?.has(id)),
    waves: made.flatMap(({ waves }) => waves),
    probes: made.flatMap(({ probes }) => probes),
    hashOfObject: (desired) => hashes.get(desired) ?? hashOf(desired.template, sha256),
    hashOf: (value) => hashOf(value, sha256),
    retirableLinks: links,
    retirableGroups: options.trust === "peers" ? null : retirableGroups(inventory, federation, links),
  };
}

/** Each template once, under its hash, and only those that a step applies. */
function objectsUsed(context: PlanContext, made: readonly Phase[]): Readonly<Record<Hash, Template>> {
  const used = new Set<Hash>();
  for (const { steps } of made) for (const { action } of steps) if (action.do === "apply") used.add(action.object);
  const templates = new Map<Hash, Template>();
  for (const desired of context.target.objects) {
    const hash = context.hashOfObject(desired);
    if (used.has(hash)) templates.set(hash, desired.template);
  }
  return Object.fromEntries(sortedUnique(templates.keys()).map((hash) => [hash, templates.get(hash) ?? {}]));
}

/** A predecessor that already holds has no step; the edge to it goes as well. */
function withoutMissingPredecessors(made: readonly Phase[]): (phase: Phase) => Phase {
  const ids = new Set<StepId>();
  for (const { steps } of made) for (const { id } of steps) ids.add(id);
  // Steps that were made together hold the very same list.
  let whole: readonly StepId[] = [];
  return (phase) => ({
    ...phase,
    steps: phase.steps.map((step) => {
      if (step.after === whole) return step;
      const after = step.after.filter((id) => ids.has(id));
      if (after.length < step.after.length) {
        const { apart, ...rest } = step;
        const left = apart?.filter((id) => ids.has(id)) ?? [];
        return { ...rest, after, ...(left.length > 0 ? { apart: left } : {}) };
      }
      whole = step.after;
      return step;
    }),
  });
}
