// export: the exporters' side is built beside federation; no client uses it yet.
import { all, type Condition } from "../../conditions/condition.ts";
import type { Host, StepId } from "../../core/ids.ts";
import { sortedUnique } from "../../core/order.ts";
import { valueAt } from "../../core/pointer.ts";
import { type Mesh, refIn } from "../../inventory/mesh.ts";
import { rootConfigMap } from "../../inventory/roots.ts";
import type { DesiredObject } from "../../target/desired-object.ts";
import type { Places } from "../../target/places.ts";
import { applyStep, present } from "../apply-step.ts";
import type { Phase, PhaseId, Step } from "../plan.ts";
import type { PlanContext } from "../plan-context.ts";

export function exportPhase(context: PlanContext): Phase {
  return {
    id: "export",
    gate: all(),
    steps: context.exporters.flatMap((mesh) => meshSteps(context, mesh)),
    verify: [],
    reversible: true,
  };
}

function meshSteps(context: PlanContext, mesh: Mesh): Step[] {
  const places = placesOfMesh(context, mesh);
  const desired = context.desiredIn(mesh.cluster);
  const home = homeSteps(context, "export", places, places.gatewayNamespace);
  const afterHome = home.map(({ id }) => id);
  const gateway = desired
    .filter(({ role, ref }) => role === "east-west" && ref.namespace === places.gatewayNamespace)
    .map((object) =>
      applyStep(context, object, {
        phase: "export",
        title: `Create the east-west gateway of ${mesh.id}`,
        rule: "export.east-west-gateway",
        after: afterHome,
        done: all(
          { kind: "rolled-out", ref: places.gatewayDeployment },
          {
            kind: "field",
            ref: places.gatewayService,
            pointer: "/status/loadBalancer/ingress",
            is: "not-empty",
            value: null,
          },
        ),
      }),
    );
  const available = desired
    .filter(({ role, ref }) => role === "availability" && ref.namespace === places.gatewayNamespace)
    .map((object) =>
      applyStep(context, object, {
        phase: "export",
        title: `Keep the east-west gateway of ${mesh.id} available`,
        rule: "export.gateway-availability",
        after: idsOf(present(...gateway)),
      }),
    );
  const entries = ofExporter(context, mesh, "export-entry").map((object) =>
    applyStep(context, object, {
      phase: "export",
      title: `Make ${object.ref.namespace}/${object.ref.name.replace(/^meshferry-/u, "")} known under its importers' hosts`,
      rule: "export.importers-host",
      after: afterHome,
    }),
  );
  const policies = ofExporter(context, mesh, "policy").map((object) =>
    applyStep(context, object, { phase: "export", ...policyTexts(object), after: [] }),
  );
  const exposure = desired
    .filter(({ role, ref }) => role === "expose" && ref.namespace === places.gatewayNamespace)
    .map((object) =>
      applyStep(context, object, {
        phase: "export",
        title: `Expose the imported hosts, and nothing else, at the gateway of ${mesh.id}`,
        rule: "export.expose-by-own-label",
        after: idsOf(present(...gateway, ...entries, ...policies)),
        done: { kind: "gateway-exposes", gateway: places.gatewayDeployment, hosts: exposedHosts(context, mesh) },
      }),
    );
  return present(...home, ...gateway, ...available, ...entries, ...policies, ...exposure);
}

function policyTexts({ ref, template }: DesiredObject): { readonly title: string; readonly rule: string } {
  const service = `${ref.namespace}/${ref.name.replace(/^meshferry-(?:allow-)?/u, "")}`;
  return valueAt(template, "/spec/action") === "ALLOW"
    ? { title: `Let the clients of other meshes call ${service} under their own names`, rule: "export.client-identity" }
    : { title: `Keep out of ${service} who could not reach it before`, rule: "export.passthrough-admits-all" };
}

/** The namespace of ours, its membership, and that istiod has taken it in. */
export function homeSteps(context: PlanContext, phase: PhaseId, { mesh }: Places, namespace: string): Step[] {
  // istiod writes its root into every namespace that it watches: the sign that it sees ours.
  const seen: Condition = { kind: "present", ref: refIn(mesh.cluster, "", "ConfigMap", namespace, rootConfigMap) };
  const find = (role: DesiredObject["role"]) =>
    context
      .desiredIn(mesh.cluster)
      .find(({ ref, role: its }) => its === role && (role === "namespace" ? ref.name : ref.namespace) === namespace);
  const home = find("namespace");
  const membership = find("membership");
  const create =
    home &&
    applyStep(context, home, {
      phase,
      title: `Create namespace ${namespace} in ${mesh.cluster}`,
      rule: "export.own-namespace",
      after: [],
      ...(membership ? {} : { done: seen }),
    });
  const join =
    membership &&
    applyStep(context, membership, {
      phase,
      title: `Make ${namespace} a member of ${mesh.id}`,
      rule: "export.membership",
      after: create ? [create.id] : [],
      done: seen,
    });
  return present(create ?? null, join ?? null);
}

/** The places of a mesh that takes part. */
export function placesOfMesh(context: PlanContext, mesh: Mesh): Places {
  const places = context.target.places.get(mesh.id);
  if (!places) throw new Error(`no places for ${mesh.id}`);
  return places;
}

/** The objects of one role beside an exporter's services. A host may have backends in several meshes, a namespace is of one. */
function ofExporter(context: PlanContext, mesh: Mesh, wanted: DesiredObject["role"]): DesiredObject[] {
  const namespaces = new Set(
    context.carried
      .filter(({ exporter }) => exporter.mesh.id === mesh.id)
      .map(({ exported }) => exported.service.namespace),
  );
  return context.desiredIn(mesh.cluster).filter(({ role, ref }) => role === wanted && namespaces.has(ref.namespace));
}

function exposedHosts(context: PlanContext, mesh: Mesh): Host[] {
  return sortedUnique(
    context.carried.filter(({ exporter }) => exporter.mesh.id === mesh.id).map(({ route }) => route.host),
  );
}

export function idsOf(steps: readonly Step[]): StepId[] {
  return steps.map(({ id }) => id);
}
