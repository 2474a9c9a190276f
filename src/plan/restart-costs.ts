// What the plan's restarts cost the workloads: gaps, rollouts that do not happen, budgets that nobody heeds.
import { fewNames } from "../core/few-names.ts";
import type { Finding } from "../core/finding.ts";
import type { Json } from "../core/json.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey, refText, sortedRefs } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import {
  budgetNotHeeded,
  budgetsNotSupplied,
  restartLeavesGap,
  restartWithoutEffect,
} from "../findings/codes/steps.ts";
import { type Cluster, coverageOf } from "../inventory/cluster.ts";
import { matchesSelector } from "../inventory/label-match.ts";
import { labelSelector } from "../inventory/kinds/label-selector.ts";
import type { Inventory } from "../inventory/mesh.ts";
import type { ObjectLookup } from "./compare-existing.ts";
import type { Phase } from "./plan.ts";

const budgets = "PodDisruptionBudget.policy";

/** Findings for the workloads that the plan restarts; istiod is left out, whose restarts the plan waits for in its own way. */
export function costsOfRestarts(phases: readonly Phase[], inventory: Inventory, lookup: ObjectLookup): Finding[] {
  const restarted = sortedRefs(
    phases.flatMap(({ steps }) =>
      steps.flatMap(({ action }) =>
        action.do === "restart" && !isIstiod(inventory, action.workload) ? [action.workload] : [],
      ),
    ),
  );
  return inventory.clusters.flatMap((cluster) => {
    const refs = restarted.filter((ref) => ref.cluster === cluster.id);
    if (refs.length === 0) return [];
    const known = refs.flatMap((ref) => lookup(ref) ?? []);
    return [...gaps(cluster, known), ...known.flatMap(withoutEffect), ...ofBudgets(cluster, known)];
  });
}

function isIstiod(inventory: Inventory, ref: ObjectRef): boolean {
  return inventory.meshes.some(({ istiod }) => refKey(istiod) === refKey(ref));
}

function gaps(cluster: Cluster, workloads: readonly KubeObject[]): Finding[] {
  const found = workloads.flatMap(({ ref, body }) => {
    const reason = gapOf(kindKey(ref), body);
    return reason === null ? [] : [{ ref, reason }];
  });
  return [...groupBy(found, ({ reason }) => reason)].map(([reason, group]) =>
    restartLeavesGap.at(
      group.map(({ ref }) => ref),
      {
        cluster: cluster.id,
        reason,
        workloads: fewNames(group.map(({ ref }) => refText(ref, false))),
      },
    ),
  );
}

/** Why a rollout leaves a workload without any pod for a while; null where it does not. */
function gapOf(kind: string, body: Json): string | null {
  const replicas = valueAt(body, "/spec/replicas") ?? 1;
  if (typeof replicas !== "number" || replicas < 1) return null;
  const strategy = valueAt(body, "/spec/strategy/type");
  if (kind === "Deployment.apps" || kind === "DeploymentConfig.apps.openshift.io") {
    if (strategy === "Recreate") return "strategy Recreate";
    const path = kind === "Deployment.apps" ? "rollingUpdate" : "rollingParams";
    const spare = valueAt(body, `/spec/strategy/${path}/maxUnavailable`);
    return spare !== undefined && rounded(spare, replicas) >= replicas ? "maxUnavailable spares every pod" : null;
  }
  // A StatefulSet deletes a pod before it makes the next one of that name (Kubernetes, StatefulSet rolling updates).
  return kind === "StatefulSet.apps" && replicas === 1 ? "a StatefulSet of one pod" : null;
}

/** maxUnavailable of a Deployment: percentages are rounded down (Kubernetes, apps/v1 RollingUpdateDeployment). */
function rounded(value: Json, replicas: number): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? /^(\d+)%$/u.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : Math.floor((Number(percent) * replicas) / 100);
}

function withoutEffect({ ref, body }: KubeObject): Finding[] {
  const reasons = [
    ...(valueAt(body, "/spec/paused") === true ? ["it is paused"] : []),
    // StatefulSets and DaemonSets (Kubernetes, apps/v1 updateStrategy).
    ...(valueAt(body, "/spec/updateStrategy/type") === "OnDelete" ? ["updateStrategy OnDelete"] : []),
  ];
  return reasons.map((reason) => restartWithoutEffect.at([ref], { workload: refText(ref), reason }));
}

function ofBudgets(cluster: Cluster, known: readonly KubeObject[]): Finding[] {
  if (["not-supplied", "forbidden"].includes(coverageOf(cluster, budgets)))
    return [budgetsNotSupplied.at([], { cluster: cluster.id })];
  const strict = groupBy(
    (cluster.byKind.get(budgets) ?? []).filter(({ body }) => valueAt(body, "/status/disruptionsAllowed") === 0),
    ({ ref }) => ref.namespace ?? "",
  );
  return known.flatMap(({ ref, body }) => {
    const labels = textLabels(valueAt(body, "/spec/template/metadata/labels"));
    return (strict.get(ref.namespace ?? "") ?? [])
      .filter((budget) => selects(budget, labels))
      .map((budget) =>
        budgetNotHeeded.at([ref, budget.ref], { workload: refText(ref), budget: refText(budget.ref, false) }),
      );
  });
}

function selects({ body }: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = valueAt(body, "/spec/selector");
  const view = labelSelector.fit(selector);
  // In policy/v1 an empty selector means every pod of the namespace, an absent one none (Kubernetes, PodDisruptionBudgetSpec).
  return selector !== undefined && view !== null && matchesSelector(view, labels);
}

function textLabels(value: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(Object(value) as Record<string, Json>).filter(
      (each): each is [string, string] => typeof each[1] === "string",
    ),
  );
}
