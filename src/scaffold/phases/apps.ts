// The sample apps, once their namespaces belong to the mesh: a pod that starts before gets no sidecar.
import { all, type Condition } from "../../conditions/condition.ts";
import { pointer } from "../../core/pointer.ts";
import { groupBy, sortedUnique } from "../../core/order.ts";
import { minuteMs } from "../../plan/make-step.ts";
import type { Phase, Step } from "../../plan/plan.ts";
import { appObjects } from "../objects/app.ts";
import type { MadeObject } from "../objects/made-object.ts";
import type { ScaffoldMesh } from "../scaffold.ts";
import { createStep, type PhaseInput } from "./phase-input.ts";

export function appsPhase(input: PhaseInput): Phase {
  const byCluster = groupBy(input.scaffold.meshes, ({ cluster }) => cluster);
  const steps = sortedUnique(byCluster.keys()).flatMap((cluster) => {
    const objects = (byCluster.get(cluster) ?? []).flatMap(({ apps }) => apps.map((app) => appObjects(cluster, app)));
    return [
      ...objects.flatMap(({ accounts }) => accounts).map((object) => created(input, object)),
      ...objects.map(({ service }) => created(input, service)),
      ...objects.flatMap(({ deployments }) => deployments).map((object) => created(input, object)),
    ];
  });
  const gate = all(...input.scaffold.meshes.flatMap(membership));
  return { id: "apps", gate, steps, verify: [], reversible: true };
}

function created(input: PhaseInput, object: MadeObject): Step {
  const { kind, namespace, name } = object.ref;
  const isDeployment = kind === "Deployment";
  return createStep(input, object, {
    phase: "apps",
    title: `create ${kind} ${namespace ?? ""}/${name}`,
    rule: "scaffold.sample-apps",
    ...(isDeployment ? { done: { kind: "rolled-out", ref: object.ref }, timeoutMs: 10 * minuteMs } : {}),
  });
}

/** The operator labels each namespace that it has made a member (Maistra operator 2.5; OSSM 2.6 documentation). */
function membership({ cluster, namespace, apps }: ScaffoldMesh): Condition[] {
  return sortedUnique(apps.map((app) => app.namespace)).map((name) => ({
    kind: "field",
    ref: { cluster, group: "", kind: "Namespace", namespace: null, name },
    pointer: pointer("metadata", "labels", "maistra.io/member-of"),
    is: "equal",
    value: namespace,
  }));
}
