// Imports that join a local Service: their names first, then, after everything else has moved, their endpoints, for all clients at once.
import { all, type Condition } from "../../conditions/condition.ts";
import { fewNames } from "../../core/few-names.ts";
import type { MeshId, StepId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { refText } from "../../core/object-ref.ts";
import type { Mesh } from "../../inventory/mesh.ts";
import { type JoinedService, joinedServices } from "../../target/join-accounts.ts";
import { applyStep, present } from "../apply-step.ts";
import { editsBetween, inverted, patchOf } from "../edits.ts";
import { expected } from "../expected.ts";
import { makeStep, minuteMs } from "../make-step.ts";
import type { PhaseId, Step } from "../plan.ts";
import { joiningClients, type PlanContext } from "../plan-context.ts";

/**
 * Names before endpoints: a client that has an endpoint and not its name refuses it, one that has a name too many loses
 * nothing. This comes with the import phase, long before the endpoints.
 */
export function accountSteps(context: PlanContext, mesh: Mesh): Step[] {
  return servicesOf(context, mesh).flatMap((service) => {
    const { object, wide } = service;
    return patchStep(service, object.body, wide, {
      phase: "import",
      title: `Let clients of ${refText(object.ref, false)} accept the other meshes' accounts too`,
      rule: "import.join-names-first",
      expect: expected(object.body, "/metadata/annotations"),
      after: [],
    });
  });
}

/** The endpoints, after a question; `after` is the last wave's proof. */
export function joinSteps(context: PlanContext, mesh: Mesh, after: readonly StepId[]): Step[] {
  const probes = joiningClients(mesh.id);
  const group = context.probes.find(({ id }) => id === probes);
  if (!group) return [];
  const joining = new Set<string>(group.routes);
  const entries = context.target.objects.filter(
    ({ role, ref, routes }) =>
      role === "join-entry" && ref.cluster === mesh.cluster && routes.some((id) => joining.has(id)),
  );
  const hosts = fewNames(group.routes.map((id) => id.slice(id.indexOf("|") + 1)));
  const path = makeStep({
    phase: "shift",
    about: `egress/${probes}`,
    title: "See that every client can reach the gateways of the meshes that join",
    action: { do: "wait" },
    rule: "shift.egress-path",
    done: { kind: "egress-open", probes },
    timeoutMs: 2 * minuteMs,
  });
  const confirm = makeStep({
    phase: "shift",
    about: `join/${mesh.id}`,
    title: `Confirm: all clients of ${hosts} in ${mesh.id} get the new endpoints in one step`,
    action: { do: "confirm", loses: [] },
    rule: "import.join-local",
    after: [path.id, ...after],
    routes: group.routes,
  });
  const joined = present(
    ...entries.map((entry) =>
      applyStep(context, entry, {
        phase: "shift",
        title: `Join the endpoint of ${fewNames(entry.routes.map((id) => id.slice(id.indexOf("|") + 1)))} to the local Service`,
        rule: "import.join-local",
        after: [confirm.id],
      }),
    ),
  );
  const proof = makeStep({
    phase: "shift",
    about: `proof/${probes}`,
    title: `See that the clients of ${hosts} hold the new endpoints beside the local ones`,
    action: { do: "wait" },
    rule: "import.join-local",
    after: joined.map(({ id }) => id),
    done: all(...joinedBeside(context, [mesh.id])),
  });
  return joined.length > 0 ? [path, confirm, ...joined, proof] : [proof];
}

/** The clients of joined hosts hold the new endpoints beside the local ones, and requests pass. */
export function joinedBeside(context: PlanContext, importers: readonly MeshId[]): Condition[] {
  return joined(context, importers, () => "beside");
}

/** As joinedBeside; and federation's endpoints are gone, where nothing keeps its links. */
export function joinedAlone(context: PlanContext, importers: readonly MeshId[]): Condition[] {
  const kept = new Set(
    context.carried
      .filter(({ join, route }) => join && !isRetirable(context, route))
      .map(({ route }) => route.importer),
  );
  return joined(context, importers, (importer) => (kept.has(importer) ? "beside" : "gone"));
}

function joined(
  context: PlanContext,
  importers: readonly MeshId[],
  federation: (importer: MeshId) => "beside" | "gone",
): Condition[] {
  const groups = new Set(context.probes.map(({ id }) => id));
  return importers.flatMap((importer): Condition[] => {
    const probes = joiningClients(importer);
    if (!groups.has(probes)) return [];
    return [
      { kind: "joined", probes, federation: federation(importer) },
      { kind: "reachable", probes, fresh: false },
    ];
  });
}

/** Takes back the names that only federation answered under, once it is gone. */
export function narrowSteps(context: PlanContext): Step[] {
  const kept = new Set(
    context.carried.filter(({ route }) => !isRetirable(context, route)).map(({ route }) => route.id),
  );
  return context.importers.flatMap((mesh) =>
    servicesOf(context, mesh)
      .filter(({ routes }) => !routes.some((id) => kept.has(id)))
      .flatMap((service) =>
        patchStep(service, service.wide, service.narrow, {
          phase: "retire-imports",
          title: `Let clients of ${refText(service.object.ref, false)} accept the federation gateway no more`,
          rule: "retire.join-names-last",
          expect: "guarded",
          after: [],
        }),
      ),
  );
}

function isRetirable({ retirableLinks }: PlanContext, { backends }: PlanContext["carried"][number]["route"]): boolean {
  return backends.every(({ links }) => links.every((link) => retirableLinks.has(link)));
}

function servicesOf(context: PlanContext, mesh: Mesh): JoinedService[] {
  return joinedServices(
    context.inventory,
    context.carried.filter(({ importer }) => importer.mesh.id === mesh.id),
  );
}

interface PatchParts {
  readonly phase: PhaseId;
  readonly title: string;
  readonly rule: string;
  readonly expect: Step["expect"];
  readonly after: readonly StepId[];
}

function patchStep({ object, routes }: JoinedService, before: Json, after: Json, parts: PatchParts): Step[] {
  const edits = editsBetween(before, after);
  if (edits.length === 0) return [];
  const { ref } = object;
  return [
    makeStep({
      ...parts,
      action: { do: "patch", ref, ops: patchOf(edits) },
      undo: { how: "actions", actions: [{ do: "patch", ref, ops: patchOf(inverted(edits)) }] },
      routes,
    }),
  ];
}
