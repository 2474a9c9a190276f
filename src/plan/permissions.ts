// What a plan's steps ask of clusters, as verbs on resources: by name wherever Kubernetes lets a permission name its object.
import type { Condition } from "../conditions/condition.ts";
import { type ClusterId, clusterId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { kindKey, type ObjectRef } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { leftToSee, seenUndone, seenVerified } from "./awaited.ts";
import { distinct, isSecret, ofPods, type Permission, permission, type Reason, type Verb } from "./permission.ts";
import type { Action, Plan, Step } from "./plan.ts";
import { touched } from "./touched.ts";
import { verbsToJudge } from "./verbs-to-judge.ts";

/** What a plan is used for: carrying it out, taking it back, seeing whether its clients get through. */
export type Use = "apply" | "undo" | "verify";

/** Beside the permissions to read: what each use of the plan takes. `made`: as `namespacesMade` says. Sorted, each once. */
export function verbsOf(
  plan: Plan,
  uses: readonly Use[] = ["apply", "undo", "verify"],
  made: readonly string[] = namespacesMade(plan),
): Permission[] {
  const found: Permission[] = [];
  const [apply, undo, verify] = [uses.includes("apply"), uses.includes("undo"), uses.includes("verify")];
  const waits: Condition[] = [];
  for (const { steps, gate, verify: probes } of plan.phases) {
    if (apply) waits.push(gate, ...probes.map((id): Condition => ({ kind: "reachable", probes: id, fresh: false })));
    for (const step of steps) {
      if (apply) found.push(...ofAction(step.action, step.expect, plan, "write"));
      if (apply) waits.push(leftToSee(step));
      if (undo) found.push(...toUndo(step, plan));
      if (undo) waits.push(seenUndone(step, madeBy(step), deletedBy(step)));
      if (undo && step.undo.how === "wait") waits.push(step.undo.done);
    }
  }
  // A slot's value is read off the object that it comes from.
  if (apply) waits.push(...plan.slots.map(({ id }): Condition => ({ kind: "slot", slot: id })));
  if (verify) waits.push(...seenVerified(plan));
  found.push(...verbsToJudge(waits, plan));
  for (const cluster of clustersOf(plan)) found.push(...toKnow(cluster), ...(apply || undo ? toLock(cluster) : []));
  const notThere = new Set(made);
  const isLater = ({ cluster, namespace, name }: Permission) =>
    name === null && notThere.has(`${cluster}/${namespace ?? ""}`);
  return distinct(found).map((each) => ({ ...each, later: isLater(each) }));
}

/** The clusters that the plan has to do with: written to, looked at, or such that a run must not find them changed. */
export function clustersOf(plan: Plan): ClusterId[] {
  return sortedUnique([
    ...plan.phases.flatMap(({ steps }) => steps.flatMap(({ action }) => touched(action).map(({ cluster }) => cluster))),
    ...plan.basis.map(({ ref }) => ref.cluster),
    ...plan.routes.map(({ importer }) => clusterId(importer.split("/")[0] ?? "")),
    ...plan.phases.flatMap(({ gate, steps }) => [gate, ...steps.map(({ done }) => done)].flatMap(lookedAt)),
  ]);
}

function lookedAt(condition: Condition): ClusterId[] {
  if (condition.kind === "all") return condition.of.flatMap(lookedAt);
  if ("ref" in condition) return [condition.ref.cluster];
  if ("workload" in condition) return [condition.workload.cluster];
  if ("gateway" in condition) return [condition.gateway.cluster];
  return "workloads" in condition ? condition.workloads.map(({ cluster }) => cluster) : [];
}

/** What an undo takes away again. */
function madeBy({ action, expect, undo }: Step): readonly ObjectRef[] {
  return action.do === "apply" && expect !== "ours" && undo.how === "restore" ? [action.ref] : [];
}

/** What an undo makes again. */
function deletedBy({ action, undo }: Step): readonly ObjectRef[] {
  return (action.do === "delete" || action.do === "delete-together") && undo.how === "restore" ? touched(action) : [];
}

function toUndo(step: Step, plan: Plan): Permission[] {
  const { action, expect, undo } = step;
  if (action.do === "restart") return ofAction(action, expect, plan, "undo");
  if (undo.how === "none" || undo.how === "wait") return [];
  if (undo.how === "actions") return undo.actions.flatMap((each) => ofAction(each, "any", plan, "undo"));
  return [...toRestore(action, expect), ...undo.also.flatMap((each) => ofAction(each, "any", plan, "undo"))];
}

function ofAction(action: Action, expect: Step["expect"], plan: Plan, why: Reason): Permission[] {
  const on = (ref: ObjectRef, ...verbs: readonly Verb[]) => verbs.map((verb) => permission(ref, verb, why));
  switch (action.do) {
    case "apply": {
      const { ref } = action;
      // Server-side apply of what is not there asks for both, and for the object's name in both (Kubernetes 1.34, seen).
      const creates = expect !== "ours";
      return [
        ...on(ref, "get", "patch", ...(creates ? (["create"] as const) : [])),
        ...(creates ? toJoin(action, plan, why) : []),
      ];
    }
    case "patch":
      // A Secret is looked at by a patch that changes nothing, and as metadata alone: who may patch it needs no more.
      return [
        ...(isSecret(action.ref) ? on(action.ref, "patch") : on(action.ref, "get", "patch")),
        ...toEnrol(action, why),
      ];
    case "delete":
      return on(action.ref, "get", "delete");
    case "delete-together":
      return action.refs.flatMap((ref) => on(ref, "get", "delete"));
    case "restart":
      return on(action.workload, "get", "patch");
    case "wait":
    case "confirm":
      return [];
  }
}

/**
 * What was made is deleted, what was there is applied as it was, what was deleted is made: a creation cannot name its object
 * (Kubernetes, RBAC: resourceNames).
 */
function toRestore(action: Action, expect: Step["expect"]): Permission[] {
  const on = (ref: ObjectRef, ...verbs: readonly Verb[]) => verbs.map((verb) => permission(ref, verb, "undo"));
  const again = (ref: ObjectRef) => [...on(ref, "get"), { ...permission(ref, "create", "undo"), name: null }];
  switch (action.do) {
    case "apply":
      return [...on(action.ref, "get", "patch"), ...(expect === "ours" ? [] : on(action.ref, "delete"))];
    case "delete":
      return again(action.ref);
    case "delete-together":
      return action.refs.flatMap(again);
    case "patch":
    case "restart":
    case "wait":
    case "confirm":
      return [];
  }
}

/** Who makes a ServiceMeshMember must be allowed to "use" its control plane (Maistra operator, validation/member.go; source only). */
function toJoin({ ref, object }: Extract<Action, { readonly do: "apply" }>, plan: Plan, why: Reason): Permission[] {
  if (kindKey(ref) !== "ServiceMeshMember.maistra.io") return [];
  const spec = plan.objects[object]?.["spec"];
  const to = isJsonObject(spec) ? spec["controlPlaneRef"] : undefined;
  if (!isJsonObject(to) || typeof to["name"] !== "string" || typeof to["namespace"] !== "string") return [];
  const { cluster, group } = ref;
  const plane = { cluster, group, kind: "ServiceMeshControlPlane", namespace: to["namespace"], name: to["name"] };
  return [permission(plane, "use", why)];
}

/** Who adds a namespace to a member roll must be allowed to update its pods (Maistra operator, validation/memberroll.go; source only). */
function toEnrol({ ref, ops }: Extract<Action, { readonly do: "patch" }>, why: Reason): Permission[] {
  if (kindKey(ref) !== "ServiceMeshMemberRoll.maistra.io") return [];
  const members = ops.flatMap((op) =>
    op.op === "remove" || !op.path.startsWith("/spec/members") ? [] : textsIn(op.value),
  );
  return members.map((namespace) => ofPods({ ...ref, namespace }, "update", why));
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === "string") : [];
}

/** kube-system, by whose uid a cluster is known again. */
function toKnow(cluster: ClusterId): Permission[] {
  return [permission({ cluster, group: "", kind: "Namespace", namespace: null, name: "kube-system" }, "get", "lock")];
}

/** The Lease under which one run at a time writes to a cluster. */
function toLock(cluster: ClusterId): Permission[] {
  const lease = { cluster, group: "coordination.k8s.io", kind: "Lease", namespace: "default", name: "meshferry" };
  return [
    ...(["get", "update", "delete"] as const).map((verb) => permission(lease, verb, "lock")),
    { ...permission(lease, "create", "lock"), name: null },
  ];
}

/** The namespaces that the plan's steps make: nothing can be permitted in them before they are there. */
export function namespacesMade(plan: Plan): readonly string[] {
  const refs = plan.phases.flatMap(({ steps }) =>
    steps.flatMap(({ action }) => (action.do === "apply" ? [action.ref] : [])),
  );
  return sortedUnique(
    refs
      .filter(({ group, kind }) => group === "" && kind === "Namespace")
      .map(({ cluster, name }) => `${cluster}/${name}`),
  );
}
