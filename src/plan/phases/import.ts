// import: the importers' side: remote gateways, endpoints, and entries that the canary alone can see.
import { all, type Condition } from "../../conditions/condition.ts";
import { fewNames } from "../../core/few-names.ts";
import { sortedUnique } from "../../core/order.ts";
import type { StepId } from "../../core/ids.ts";
import { sortedRefs } from "../../core/object-ref.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import { exportToPointer } from "../../target/import-entries.ts";
import { applyStep, type FieldSet, present } from "../apply-step.ts";
import { makeStep, minuteMs } from "../make-step.ts";
import type { Phase, Step, Wave } from "../plan.ts";
import { peersAround, type PlanContext } from "../plan-context.ts";
import { widened } from "../seen-by.ts";
import { canaryWaves, waveName } from "../wave-name.ts";
import { accountSteps } from "./join-steps.ts";
import { sidecarSteps } from "./client-steps.ts";
import { homeSteps, idsOf, placesOfMesh } from "./export.ts";

export function importPhase(context: PlanContext): Phase {
  const exposed = context.target.gateways.flatMap(({ places, reaches }): Condition[] => [
    { kind: "rolled-out", ref: places.gatewayDeployment },
    ...sortedUnique(reaches.flatMap(({ slots }) => slots.map(({ id }) => id))).map(
      (slot): Condition => ({ kind: "slot", slot }),
    ),
  ]);
  const canaries = canaryWaves(context.waves).map(({ probes }) => probes);
  return {
    id: "import",
    gate: all(...exposed, ...(context.options.trust === "peers" ? trustedByPeers(context) : [])),
    steps: context.importers.flatMap((mesh) => meshSteps(context, mesh)),
    verify: canaries,
    reversible: true,
  };
}

/** Without combined roots the clients trust the servers, and the servers the clients, because of the peers. */
function trustedByPeers(context: PlanContext): Condition[] {
  const peers = sortedRefs(context.participants.flatMap((mesh) => peersAround(context, mesh)));
  return peers.map((ref): Condition => ({ kind: "peer-synced", ref }));
}

function meshSteps(context: PlanContext, mesh: Mesh): Step[] {
  const places = placesOfMesh(context, mesh);
  const canary = canaryWaves(context.waves).find(({ importer }) => importer === mesh.id);
  const firstWave = waveName(context.waves, mesh.id, 1);
  const home = homeSteps(context, "import", places, places.entryNamespace);
  const ours = context.desiredIn(mesh.cluster).filter(({ ref }) => ref.namespace === places.entryNamespace);
  const remote = present(
    ...ours
      .filter(({ role }) => role === "remote")
      .map((object) =>
        applyStep(context, object, {
          phase: "import",
          title: `Tell ${mesh.id} where the gateway of ${object.ref.name.replace(/^meshferry-/u, "")} is`,
          rule: "import.remote-network-own-name",
          after: idsOf(home),
        }),
      ),
  );
  const path = canary ? egressStep(canary, "import", idsOf(remote)) : null;
  // Remote gateway and WorkloadEntries before the ServiceEntry: other orders lost requests (seen on Istio 1.28.3 and 1.20.2).
  const endpoints = new Map<string, StepId[]>();
  const entriesToBe = ours.filter(({ role }) => role === "import-entry");
  const shown = new Set(entriesToBe.filter(({ ref }) => context.lookup(ref)).flatMap(({ routes }) => routes));
  const workloadEntries = ours
    .filter(({ role }) => role === "workload-entry")
    .map((object) => {
      const step = applyStep(context, object, {
        phase: "import",
        title: `Create the endpoint of ${object.routes.map(hostOf).join(", ")}`,
        rule: "import.workload-entry-first",
        // Where the entry is there already, its endpoint counts at once.
        after: object.routes.some((route) => shown.has(route)) ? [...idsOf(home), ...idsOf(remote)] : idsOf(home),
      });
      if (step) for (const route of object.routes) endpoints.set(route, [...(endpoints.get(route) ?? []), step.id]);
      return step;
    });
  const accounts = accountSteps(context, mesh);
  const rules = ours
    .filter(({ role }) => role === "import-rule")
    .map((object) =>
      applyStep(context, object, {
        phase: "import",
        title: `Copy the rule of ${object.routes.map(hostOf).join(", ")} to where its entry will be`,
        rule: "import.rule-lookup",
        after: idsOf(home),
      }),
    );
  const sidecars = sidecarSteps(context, mesh);
  const visibleTo = canary?.namespaces ?? [];
  const beforeEntries = [...(path ? [path.id] : idsOf(remote)), ...idsOf(present(...rules))];
  // The same for all entries that do not exist yet.
  const setTo = (names: readonly string[]): FieldSet => [
    { pointer: exportToPointer, value: names.length > 0 ? names : ["~"] },
  ];
  const atFirst = setTo(visibleTo);
  const entries = entriesToBe.map((object) => {
    // An entry that is there already is not narrowed again: a later wave may have been reached, or federation be gone.
    const shownTo = widened(context.lookup(object.ref), visibleTo);
    const create = shownTo.every((name) => visibleTo.includes(name)) ? `${firstWave}: create` : "Create";
    return applyStep(context, object, {
      phase: "import",
      title: `${create} the entry of ${object.routes.map(hostOf).join(", ")}, seen by ${fewNames(shownTo) || "nobody"}`,
      rule: "import.entry-named-export",
      after: [...beforeEntries, ...object.routes.flatMap((route) => endpoints.get(route) ?? [])],
      set: shownTo === visibleTo ? atFirst : setTo(shownTo),
    });
  });
  const created = present(...workloadEntries, ...entries);
  // A client whose Sidecar hides the entries stays on its old path, whichever of them comes first.
  const opened = sidecars.filter(({ action }) => {
    const namespace = action.do === "patch" ? action.ref.namespace : null;
    return namespace === mesh.namespace || visibleTo.includes(namespace ?? "");
  });
  const proof = canary ? proofStep(canary, "import", [...idsOf(present(...entries)), ...idsOf(opened)]) : null;
  return present(...home, ...remote, path, ...rules, ...sidecars, ...accounts, ...created, proof);
}

/** Before a wave: its namespaces can open connections to the exporters' gateways. Until now only the egress gateway had to. */
export function egressStep(wave: Wave, phase: "import" | "shift", after: readonly StepId[]): Step {
  return makeStep({
    phase,
    about: `egress/${wave.probes}`,
    title: `See that ${fewNames(wave.namespaces)} can reach the gateways of the other meshes`,
    action: { do: "wait" },
    rule: "shift.egress-path",
    after,
    done: { kind: "egress-open", probes: wave.probes },
    timeoutMs: 2 * minuteMs,
    // Before the way to the other meshes' gateways is taken away, the wave's clients are seen to be off it.
    undo: { how: "wait", done: { kind: "endpoints", probes: wave.probes, via: "federation" }, otherwise: "go-on" },
  });
}

/** After a wave: its proxies hold the new endpoints, with the right names, and requests on fresh connections pass. */
export function proofStep(wave: Wave, phase: "import" | "shift", after: readonly StepId[]): Step {
  return makeStep({
    phase,
    about: `proof/${wave.probes}`,
    title: `See that ${fewNames(wave.namespaces)} uses the new path`,
    action: { do: "wait" },
    rule: "shift.fresh-connections",
    after,
    done: all(
      { kind: "endpoints", probes: wave.probes, via: "east-west" },
      { kind: "reachable", probes: wave.probes, fresh: false },
    ),
  });
}

export function hostOf(route: string): string {
  return route.slice(route.indexOf("|") + 1);
}
