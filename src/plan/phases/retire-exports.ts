// retire-exports: the last wave, every namespace may use the new path; then the exports go, which acts at once and is undone within a second.
import { all, type Condition } from "../../conditions/condition.ts";
import { host, type LinkId, type StepId } from "../../core/ids.ts";
import { type ObjectRef, refKey, sortedRefs } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import { exportToPointer } from "../../target/import-entries.ts";
import { applyStep, type FieldSet, present } from "../apply-step.ts";
import { expected } from "../expected.ts";
import { makeStep, minuteMs, resyncMs, secondMs } from "../make-step.ts";
import type { Phase, Step } from "../plan.ts";
import { everyClient, type PlanContext, probesOf } from "../plan-context.ts";
import { retiringGateways } from "../proxy-workloads.ts";
import { federationSets } from "../federation-sets.ts";
import { sees } from "../seen-by.ts";
import { waveName } from "../wave-name.ts";
import { idsOf } from "./export.ts";
import { hostOf } from "./import.ts";
import { joinedAlone, joinedBeside } from "./join-steps.ts";
import { importEntriesOf } from "./shift.ts";

export function retireExportsPhase(context: PlanContext): Phase {
  const probes = probesOf(context);
  const opened = context.importers.flatMap((mesh) => openSteps(context, mesh));
  const sets = federationSets(context, "ExportedServiceSet");
  const steps: Step[] = [...opened];
  if (sets.length > 0) {
    const drained = drainStep(context, opened);
    const removed = sets.map(({ ref, object }) =>
      makeStep({
        phase: "retire-exports",
        title: `Delete ExportedServiceSet ${ref.namespace}/${ref.name} in ${ref.cluster}`,
        action: { do: "delete", ref },
        rule: "retire.exports-first",
        after: isInUse(context, ref) ? [drained.id] : atOnce,
        expect: expected(object.body, "/spec"),
        done: { kind: "absent", ref },
        undo: { how: "restore", also: [] },
      }),
    );
    steps.push(
      drained,
      ...removed,
      makeStep({
        phase: "retire-exports",
        about: "no-federation-endpoint",
        title: "See that no proxy holds a federation endpoint any more, and every client still gets through",
        action: { do: "wait" },
        rule: "retire.no-federation-endpoint",
        after: idsOf(removed),
        done: all(...goneSets(sets), ...onNewPath(context, "gone"), ...drainedLast(context)),
        ...(joiningLinks(context).size > 0 ? { timeoutMs: context.options.drainTimeoutMs + 5 * minuteMs } : {}),
      }),
    );
  }
  return { id: "retire-exports", gate: all(...onNewPath(context, "beside")), steps, verify: probes, reversible: true };
}

/** Whether somebody's requests come by an export set: what nobody imports has nothing under way. */
function isInUse({ carried }: PlanContext, { cluster, namespace, name }: ObjectRef): boolean {
  const end = `${cluster}/${namespace ?? ""}/${name}`;
  return carried.some(
    ({ exporter: { mesh }, route }) =>
      mesh.cluster === cluster &&
      mesh.namespace === namespace &&
      route.backends.some(({ links }) => links.some((link) => link.split("<->").includes(end))),
  );
}

/** That federation's sets are gone. */
export function goneSets(sets: readonly { readonly ref: ObjectRef }[]): Condition[] {
  return sets.map(({ ref }) => ({ kind: "absent", ref }));
}

/**
 * Every proxy holds the new endpoints and no others, and requests pass. Where hosts join a local Service, federation's
 * endpoints stay beside ours until it goes.
 */
export function onNewPath(context: PlanContext, federation: "beside" | "gone"): Condition[] {
  const ids = context.importers.map(({ id }) => id);
  const groups = new Set(context.probes.map(({ id }) => id));
  return [
    ...ids
      .map(everyClient)
      .filter((group) => groups.has(group))
      .flatMap((group): Condition[] => [
        { kind: "endpoints", probes: group, via: "east-west" },
        { kind: "reachable", probes: group, fresh: false },
      ]),
    ...(federation === "beside" ? joinedBeside(context, ids) : joinedAlone(context, ids)),
  ];
}

/** Links over which an import joins a local Service. */
function joiningLinks({ carried }: PlanContext): ReadonlySet<LinkId> {
  return new Set(
    carried.filter(({ join }) => join).flatMap(({ route }) => route.backends.flatMap(({ links }) => links)),
  );
}

/** What could not drain before the exports were gone. */
function drainedLast(context: PlanContext): Condition[] {
  const early = new Set(retiringGateways(context, joiningLinks(context)).map(refKey));
  const workloads = sortedRefs(retiringGateways(context).filter((ref) => !early.has(refKey(ref))));
  return workloads.length === 0 ? [] : [{ kind: "drained", workloads, forMs: 10 * secondMs }];
}

// One for all entries of all meshes.
const atOnce: readonly StepId[] = [];
const toEverybody: FieldSet = [{ pointer: exportToPointer, value: ["*"] }];

/** The last wave. Federation's hosts were visible everywhere, also to namespaces that come later; so is the entry from now on, unless asked otherwise. */
function openSteps(context: PlanContext, mesh: Mesh): Step[] {
  if (context.options.exportTo === "keep") return [];
  const lastWave = waveName(context.waves, mesh.id, "last");
  return present(
    ...importEntriesOf(context, mesh).map((entry) =>
      sees(context.lookup(entry.ref), ["*"])
        ? null
        : applyStep(context, entry, {
            phase: "retire-exports",
            title: `${lastWave}: show ${entry.routes.map(hostOf).join(", ")} to every namespace`,
            rule: "retire.export-to-all",
            madeEarlier: true,
            after: atOnce,
            set: toEverybody,
          }),
    ),
  );
}

/**
 * Among hosts that everybody sees the older one wins, which is federation's until its next resync gives it a new
 * creation time (seen on Istio 1.20.2 and Maistra 2.5): so the new path is waited for again. Requests in flight through a
 * federation gateway have five seconds when it goes (seen: 20 s requests got 503), so they are waited for too.
 */
function drainStep(context: PlanContext, after: readonly Step[]): Step {
  // Clients of a joined Service use federation's endpoints until they are gone: their gateways are waited for afterwards.
  const workloads = sortedRefs(retiringGateways(context, joiningLinks(context)));
  const back = importedAgain(context);
  return makeStep({
    phase: "retire-exports",
    about: "drain",
    title: "Wait until everybody is on the new path and the federation gateways carry nothing any more",
    action: { do: "wait" },
    rule: "retire.drain",
    after: idsOf(after),
    done: all(...onNewPath(context, "beside"), {
      kind: "drained",
      workloads,
      forMs: 10 * secondMs,
    }),
    timeoutMs: context.options.drainTimeoutMs + 2 * resyncMs,
    ...(back.length === 0 ? {} : { undo: { how: "wait", done: all(...back), otherwise: "stop" } }),
  });
}

/** Federation's hosts are there again, as they were when the plan was made: before that nobody may lose the new path. */
function importedAgain(context: PlanContext): Condition[] {
  const carried = new Set(context.carried.map(({ route }) => `${route.importer}|${route.host}`));
  return federationSets(context, "ImportedServiceSet").flatMap(({ ref, view }): Condition[] => {
    const importer = context.importers.find(
      ({ cluster, namespace }) => cluster === ref.cluster && namespace === ref.namespace,
    );
    const rows = view.status?.importedServices ?? [];
    const hosts = sortedUnique(rows.map(({ localService }) => localService.hostname)).filter(
      (name) => importer !== undefined && carried.has(`${importer.id}|${name}`),
    );
    return hosts.length === 0 ? [] : [{ kind: "imported", ref, hosts: hosts.map(host) }];
  });
}
