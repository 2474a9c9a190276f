// network: one patch per control plane for everything that multi-cluster needs of it.
import { all, type Condition } from "../../conditions/condition.ts";
import type { StepId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { sortedUnique } from "../../core/order.ts";
import { pointer, valueAt, withValueAt } from "../../core/pointer.ts";
import { type ObjectRef, sortedRefs } from "../../core/object-ref.ts";
import { clusterOf, type Mesh, refIn } from "../../inventory/mesh.ts";
import { operatorPolicies, policiesToReplace } from "../../target/managed-policies.ts";
import { applyStep, present } from "../apply-step.ts";
import { type Edit, editsBetween, inverted, patchOf } from "../edits.ts";
import { expected } from "../expected.ts";
import { makeStep, minuteMs, type StepParts } from "../make-step.ts";
import type { Phase, Step } from "../plan.ts";
import { peersAround, type PlanContext } from "../plan-context.ts";
import { restartable, workloadsWithoutNetwork } from "../proxy-workloads.ts";

const discoverGateways = "PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API";
const envPath = pointer("spec", "runtime", "components", "pilot", "container", "env");
const domainsPath = pointer("spec", "security", "trust", "additionalDomains");
const managePoliciesPath = pointer("spec", "security", "manageNetworkPolicy");
const aliasesPath = pointer("spec", "techPreview", "meshConfig", "trustDomainAliases");

/** Mesh after mesh, never both ends of a link together: a restarted istiod is ready before federation has synced (seen on Maistra 2.5). */
export function networkPhase(context: PlanContext): Phase {
  const steps: Step[] = [];
  let previous: readonly StepId[] = [];
  for (const mesh of context.participants) {
    const ofMesh = meshSteps(context, mesh, previous);
    steps.push(...ofMesh);
    const patches = ofMesh.filter(({ action }) => action.do === "patch");
    if (patches.length > 0) previous = patches.map(({ id }) => id);
  }
  const peers = context.participants.flatMap((mesh) => peersAround(context, mesh));
  const synced = peers.map((ref): Condition => ({ kind: "peer-synced", ref }));
  return { id: "network", gate: all(...synced), steps, verify: [], reversible: true };
}

/** The control plane as it must be for the carried routes. */
export function wantedControlPlane(context: PlanContext, mesh: Mesh): Json {
  let body: Json = mesh.controlPlane.object.body;
  const foreign = sortedUnique(
    context
      .partnersOf(mesh)
      .map(({ trustDomain }) => trustDomain)
      .filter((domain) => domain !== mesh.trustDomain && !mesh.trustDomainAliases.includes(domain)),
  );
  if (foreign.length > 0) {
    // additionalDomains, where present, overrides the mesh configuration (Maistra operator 2.5, pkg/apis/maistra/conversion/security.go).
    const declared = valueAt(body, domainsPath);
    const path = Array.isArray(declared) && declared.length > 0 ? domainsPath : aliasesPath;
    const listed = valueAt(body, path);
    body = withValueAt(body, path, [...(Array.isArray(listed) ? (listed as Json[]) : []), ...foreign]);
  }
  const network = context.target.places.get(mesh.id)?.network;
  if (mesh.network === null && network !== undefined)
    body = withValueAt(body, pointer("spec", "cluster", "network"), network);
  const imports = context.importers.some(({ id }) => id === mesh.id);
  // Off by default in Istio 1.20: without it istiod ignores remote gateways of the Gateway API.
  const env = mesh.controlPlane.view.spec.runtime.components.pilot.container.env;
  if (imports && env[discoverGateways] !== "true") body = withValueAt(body, `${envPath}/${discoverGateways}`, "true");
  // Read by the operator only: no pod template changes with it (Maistra operator 2.5, resources/helm).
  const exports = context.exporters.some(({ id }) => id === mesh.id);
  if (exports && policiesToReplace(clusterOf(context.inventory, mesh), mesh))
    body = withValueAt(body, managePoliciesPath, false);
  return body;
}

/** What stands in for the operator's NetworkPolicies, before it is told to delete its own. */
function policySteps(context: PlanContext, mesh: Mesh): Step[] {
  const namespaces = new Set(theirPolicies(context, mesh).map(({ namespace }) => namespace));
  return context
    .desiredIn(mesh.cluster)
    .filter(({ role, ref }) => role === "network-policy" && namespaces.has(ref.namespace))
    .flatMap((object) =>
      present(
        applyStep(context, object, {
          phase: "network",
          title: `Keep ${object.ref.namespace} as closed as it is without the operator: ${object.ref.name}`,
          rule: "network.policies-replaced",
          after: [],
        }),
      ),
    );
}

/** The operator's NetworkPolicies that go with the patch. */
function theirPolicies(context: PlanContext, mesh: Mesh): ObjectRef[] {
  const cluster = clusterOf(context.inventory, mesh);
  if (!context.exporters.some(({ id }) => id === mesh.id) || !policiesToReplace(cluster, mesh)) return [];
  return sortedRefs(operatorPolicies(cluster, mesh).map(({ ref }) => ref));
}

function meshSteps(context: PlanContext, mesh: Mesh, apart: readonly StepId[]): Step[] {
  const places = context.target.places.get(mesh.id);
  const edits = editsBetween(mesh.controlPlane.object.body, wantedControlPlane(context, mesh));
  const policies = policySteps(context, mesh);
  const patch =
    edits.length > 0 ? [patchStep(context, mesh, edits, { after: policies.map(({ id }) => id), apart })] : [];
  const imports = context.importers.some(({ id }) => id === mesh.id);
  const network = places?.network ?? "";
  const restarts = imports
    ? restartable(workloadsWithoutNetwork(context, mesh, network)).map((workload) =>
        makeStep({
          phase: "network",
          title: `Restart ${workload.kind} ${workload.namespace}/${workload.name}, whose proxy has no network`,
          action: { do: "restart", workload },
          rule: "network.proxies-need-network",
          params: { network },
          after: patch.map(({ id }) => id),
          done: all({ kind: "rolled-out", ref: workload }, { kind: "proxy-network", workload, network }),
          timeoutMs: 15 * minuteMs,
        }),
      )
    : [];
  return [...policies, ...patch, ...restarts];
}

function patchStep(
  context: PlanContext,
  mesh: Mesh,
  edits: readonly Edit[],
  order: Pick<StepParts, "after" | "apart">,
): Step {
  const { ref, object } = mesh.controlPlane;
  const aliases = context
    .partnersOf(mesh)
    .map(({ trustDomain }) => trustDomain)
    .filter((domain) => domain !== mesh.trustDomain);
  const rendered: Condition[] =
    aliases.length === 0
      ? []
      : [
          {
            kind: "mesh-config",
            // The mesh configuration that istiod reads (Maistra operator 2.5, istio-discovery chart, configmap.yaml).
            ref: refIn(mesh.cluster, "", "ConfigMap", mesh.namespace, `istio-${mesh.name}`),
            pointer: "/trustDomainAliases",
            includes: sortedUnique(aliases),
          },
        ];
  return makeStep({
    phase: "network",
    title: `Prepare the control plane ${mesh.id} for multi-cluster`,
    action: { do: "patch", ref, ops: patchOf(edits) },
    rule: "network.one-patch",
    ...order,
    expect: expected(object.body, "/spec"),
    done: all(
      { kind: "status", ref, type: "Ready", status: "True" },
      ...rendered,
      { kind: "rolled-out", ref: mesh.istiod },
      ...peersAround(context, mesh).map((peer): Condition => ({ kind: "peer-synced", ref: peer })),
      ...theirPolicies(context, mesh).map((policy): Condition => ({ kind: "absent", ref: policy })),
    ),
    timeoutMs: 15 * minuteMs,
    undo: { how: "actions", actions: [{ do: "patch", ref, ops: patchOf(inverted(edits)) }] },
  });
}
