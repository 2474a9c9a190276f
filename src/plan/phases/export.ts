// export: the exporters' side is built beside federation; no client uses it yet.
import { all, type Condition } from "../../conditions/condition.ts";
import type { StepId } from "../../core/ids.ts";
import { sortedUnique } from "../../core/order.ts";
import { pointer, valueAt } from "../../core/pointer.ts";
import { refKey } from "../../core/object-ref.ts";
import { type Mesh, refIn } from "../../inventory/mesh.ts";
import { rootConfigMap } from "../../inventory/roots.ts";
import type { DesiredObject } from "../../target/desired-object.ts";
import type { EastWest } from "../../target/gateways.ts";
import type { Reach } from "../../target/reach.ts";
import { shutAlready } from "../../target/shut-already.ts";
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
  const gateways = context.target.gateways.filter(({ places }) => places.mesh.id === mesh.id);
  const sites = gateways.map((gateway) => gatewaySteps(context, gateway));
  const entries = ofExporter(context, mesh, "export-entry").map((object) =>
    applyStep(context, object, {
      phase: "export",
      title: `Make ${object.ref.namespace}/${object.ref.name.replace(/^meshferry-/u, "")} known under its importers' hosts`,
      rule: "export.importers-host",
      after: [],
    }),
  );
  const policies = ofExporter(context, mesh, "policy").map((object) =>
    applyStep(context, object, { phase: "export", ...policyTexts(object), after: [] }),
  );
  const subsets = gateways.flatMap(({ places }, index) =>
    ofGateway(context, places, "export-rule").map((object) =>
      applyStep(context, object, {
        phase: "export",
        title: `Name the subsets that importers' clients go by, for ${object.ref.name}`,
        rule: "export.subset-chains",
        after: idsOf(sites[index]?.home ?? []),
      }),
    ),
  );
  // Who is to be let in waits for no door, nobody comes by it before the import phase; nor does what the service's own policies do.
  const shut = shutAlready(
    { inventory: context.inventory, mesh, partners: context.partnersOf(mesh), pods: context.podsOf(mesh) },
    context.target.exclusions.get(mesh.id) ?? [],
  );
  const isNeeded = (step: Step): boolean =>
    !isForClients(step) && !(step.action.do === "apply" && shut.has(refKey(step.action.ref)));
  const before = present(...entries, ...policies.filter((step) => step !== null && isNeeded(step)), ...subsets);
  const exposure = gateways.flatMap(({ places, routes }, index) => {
    const own = new Set(routes.map(({ route }) => route.id));
    const needed = before.filter((step) => step.routes.length === 0 || step.routes.some((id) => own.has(id)));
    const after = [...idsOf(sites[index]?.gateway ?? []), ...idsOf(needed)];
    return ofGateway(context, places, "expose").map((object) =>
      applyStep(context, object, {
        phase: "export",
        title: `Expose the imported hosts, and nothing else, at ${gatewayText(places)}`,
        rule: "export.expose-by-own-label",
        after,
        done: {
          kind: "gateway-exposes",
          gateway: places.gatewayDeployment,
          hosts: sortedUnique(routes.map(({ route }) => route.host)),
        },
      }),
    );
  });
  return present(
    ...sites.flatMap(({ home, service, gateway, behind }) => [...home, ...service, ...gateway, ...behind]),
    ...entries,
    ...policies,
    ...subsets,
    ...exposure,
  );
}

interface GatewaySteps {
  readonly home: readonly Step[];
  readonly service: readonly Step[];
  readonly gateway: readonly Step[];
  /** What holds its pods, once they are there. */
  readonly behind: readonly Step[];
}

function gatewaySteps(context: PlanContext, { places, reaches }: EastWest): GatewaySteps {
  const home = homeSteps(context, "export", places, places.gatewayNamespace);
  const inNamespace = idsOf(home.filter(({ action }) => action.do === "apply" && action.ref.kind === "Namespace"));
  const service = ofGateway(context, places, "gateway-service").map((object) =>
    applyStep(context, object, {
      phase: "export",
      title: `Create the Service of ${gatewayText(places)} as closed as federation's`,
      rule: "export.gateway-service-first",
      after: inNamespace,
    }),
  );
  const gateway = ofGateway(context, places, "east-west").map((object) =>
    applyStep(context, object, {
      phase: "export",
      title: `Create ${gatewayText(places, "the east-west gateway")}`,
      rule: "export.east-west-gateway",
      after: idsOf(present(...home, ...service)),
      done: all(
        { kind: "rolled-out", ref: places.gatewayDeployment },
        ...reached(places, reaches),
        ...asClosed(ofGateway(context, places, "gateway-service")),
      ),
    }),
  );
  const placed = ofGateway(context, places, "placement").map((object) =>
    applyStep(context, object, {
      phase: "export",
      after: idsOf(present(...gateway)),
      title: `Run ${gatewayText(places, "the east-west gateway")} where the federation ingress runs`,
      rule: "export.gateway-placement",
      // istiod makes the Deployment, with our label on it.
      madeEarlier: true,
      done: { kind: "rolled-out", ref: places.gatewayDeployment },
    }),
  );
  const available = ofGateway(context, places, "availability").map((object) =>
    applyStep(context, object, {
      phase: "export",
      title: `Keep ${gatewayText(places, "the east-west gateway")} available`,
      rule: "export.gateway-availability",
      after: inNamespace,
    }),
  );
  return { home, service: present(...service), gateway: present(...gateway), behind: present(...placed, ...available) };
}

/** Of a Service that stands before istiod takes it over: what istiod sets in no version (docs/facts.md, export.gateway-service-first). */
const keptFields = ["externalTrafficPolicy", "loadBalancerClass", "loadBalancerSourceRanges"];

/** That istiod has taken over the Service that stood there, and not made one of its own. */
function asClosed(services: readonly DesiredObject[]): Condition[] {
  return services.flatMap(({ ref, template }) =>
    keptFields.flatMap((name): Condition[] => {
      const at = pointer("spec", name);
      const value = valueAt(template, at);
      return value === undefined ? [] : [{ kind: "field", ref, pointer: at, is: "equal", value }];
    }),
  );
}

/** That the Service has what its importers' remote Gateways are to name. */
function reached({ gatewayService: ref }: Places, reaches: readonly Reach[]): Condition[] {
  const slots = reaches.flatMap((reach) => reach.slots);
  if (slots.some(({ type }) => type === "addresses"))
    return [{ kind: "field", ref, pointer: "/status/loadBalancer/ingress", is: "not-empty", value: null }];
  return sortedUnique(slots.map(({ id }) => id)).map((slot): Condition => ({ kind: "slot", slot }));
}

function ofGateway(
  context: PlanContext,
  { mesh, gatewayNamespace }: Places,
  wanted: DesiredObject["role"],
): DesiredObject[] {
  return context
    .desiredIn(mesh.cluster)
    .filter(({ ref, role }) => role === wanted && ref.namespace === gatewayNamespace);
}

/** "the gateway of MESH", or, where each importer has one of its own, "… for IMPORTER". */
function gatewayText({ mesh, importer }: Places, noun = "the gateway"): string {
  return importer === null ? `${noun} of ${mesh.id}` : `${noun} of ${mesh.id} for ${importer}`;
}

function isForClients({ why }: Step): boolean {
  return why.rule === "export.client-identity";
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

export function idsOf(steps: readonly Step[]): StepId[] {
  return steps.map(({ id }) => id);
}
