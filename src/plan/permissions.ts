// What a plan's steps ask of clusters, as verbs on resources: by name wherever Kubernetes lets a permission name its object.
import type { Condition } from "../conditions/condition.ts";
import type { ClusterId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { kindKey, type ObjectRef } from "../core/object-ref.ts";
import { compareText, sortedUnique } from "../core/order.ts";
import type { Action, Plan, Step } from "./plan.ts";

/** "use": the operator's webhook asks for it, not the API server. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "use";

export type Reason = "read" | "write" | "undo" | "wait" | "ask" | "lock";

export interface Permission {
  readonly cluster: ClusterId;
  readonly verb: Verb;
  readonly group: string;
  readonly kind: string;
  readonly subresource: string | null;
  /** null: the cluster as a whole, or a kind without namespaces. */
  readonly namespace: string | null;
  /** null: any. */
  readonly name: string | null;
  readonly why: Reason;
  /** Whether nothing stops without it: it makes something faster, or newer servers alone ask for it. */
  readonly optional: boolean;
  /** In a namespace that the plan makes, and without a name: it can only be given once the namespace is there. */
  readonly later: boolean;
}

/** Lists of all kinds that are read; of Secrets only where asked: who may list one by name may read its values too. */
export function permissionsToRead(cluster: ClusterId, kinds: readonly string[], secrets: boolean): Permission[] {
  const list = (key: string, name: string | null): Permission => ({
    ...permission({ cluster, group: groupIn(key), kind: kindIn(key), namespace: null, name: "" }, "list", "read"),
    name,
    optional: key === "Secret",
  });
  return [
    ...kinds.filter((key) => key !== "Secret").map((key) => list(key, null)),
    ...(secrets ? ["cacerts", "istio-ca-secret"].map((name) => list("Secret", name)) : []),
  ];
}

/** Beside the permissions to read: what carrying the plan out, and undoing it, takes. Sorted, each once. */
export function verbsOf(plan: Plan): Permission[] {
  const found: Permission[] = [];
  const clusters = new Set<ClusterId>();
  const probed = new Set<string>();
  for (const { steps, gate, verify } of plan.phases) {
    found.push(...toJudge(gate, plan, probed));
    for (const id of verify) found.push(...toProbe(id, plan, probed));
    for (const step of steps) {
      found.push(...ofStep(step, plan), ...toJudge(step.done, plan, probed));
      if (step.undo.how === "wait") found.push(...toJudge(step.undo.done, plan, probed));
      for (const ref of refsOf(step.action)) clusters.add(ref.cluster);
    }
  }
  // A slot's value is read off the object that it comes from.
  for (const slot of plan.slots)
    if ("from" in slot)
      found.push(...["get" as const, "watch" as const].map((verb) => permission(slot.from, verb, "wait")));
  // What a run must not find changed lies in clusters that it writes nothing to, too.
  for (const { ref } of plan.basis) clusters.add(ref.cluster);
  for (const cluster of clusters) found.push(...toLock(cluster));
  const made = new Set(namespacesMade(plan));
  const isLater = ({ cluster, namespace, name }: Permission) =>
    name === null && made.has(`${cluster}/${namespace ?? ""}`);
  return distinct(found).map((each) => ({ ...each, later: isLater(each) }));
}

function ofStep({ action, expect, undo }: Step, plan: Plan): Permission[] {
  const restored = undo.how === "restore";
  const also = undo.how === "restore" ? undo.also : undo.how === "actions" ? undo.actions : [];
  return [
    ...ofAction(action, expect, plan, "write"),
    ...(restored ? toRestore(action, expect) : []),
    ...also.flatMap((each) => ofAction(each, "any", plan, "undo")),
  ];
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
      // Of a Secret nothing is read: its own tests guard the patch.
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

/** What was made is deleted, what was deleted is made: a creation cannot name its object (Kubernetes, RBAC: resourceNames). */
function toRestore(action: Action, expect: Step["expect"]): Permission[] {
  switch (action.do) {
    case "apply":
      return expect === "ours" ? [] : [permission(action.ref, "delete", "undo")];
    case "delete":
      return [{ ...permission(action.ref, "create", "undo"), name: null }];
    case "delete-together":
      return action.refs.map((ref) => ({ ...permission(ref, "create", "undo"), name: null }));
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
  return members.map((namespace) => ({
    ...permission({ cluster: ref.cluster, group: "", kind: "Pod", namespace, name: "" }, "update", why),
    name: null,
  }));
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly Json[]).filter((each) => typeof each === "string") : [];
}

const workloads = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "DeploymentConfig", "Pod"]);
const ofObjectsAlone = new Set(["present", "absent", "field", "status", "imported", "rolled-out"]);

/** What a condition looks at: objects by name; proxies in the pods of a workload; the clients of its probe group. */
function toJudge(condition: Condition, plan: Plan, probed: Set<string>): Permission[] {
  if (condition.kind === "all") return condition.of.flatMap((each) => toJudge(each, plan, probed));
  const refs = refsIn(JSON.parse(JSON.stringify(condition)) as Json).filter((ref) => !isSecret(ref));
  const asked = ofObjectsAlone.has(condition.kind) ? [] : refs.filter(({ kind }) => workloads.has(kind));
  return [
    ...refs.flatMap((ref) => [permission(ref, "get", "wait"), permission(ref, "watch", "wait")]),
    ...asked.flatMap((ref) => toAsk(ref)),
    ...(condition.kind === "gateway-exposes" ? inPods(condition.gateway, "portforward") : []),
    ...("probes" in condition ? toProbe(condition.probes, plan, probed) : []),
  ];
}

/** Programs in the clients' pods, or where these have none to make requests with, in pods of ours beside them. */
function toProbe(id: string, plan: Plan, probed: Set<string>): Permission[] {
  if (probed.has(id)) return [];
  probed.add(id);
  const clients = plan.probes.find((group) => group.id === id)?.clients ?? [];
  return clients.flatMap((client) => [
    permission(client, "get", "ask"),
    ...toAsk(client),
    ...(["create", "delete"] as const).map((verb) => ({ ...anyPod(client, verb), optional: true })),
  ]);
}

function toAsk(workload: ObjectRef): Permission[] {
  return [{ ...anyPod(workload, "watch"), optional: true }, ...inPods(workload, "exec")];
}

/**
 * A WebSocket is a GET, for which servers ask for "get"; from Kubernetes 1.35 on for "create" as well (feature gate
 * AuthorizePodWebsocketUpgradeCreatePermission). The names of pods are not known beforehand.
 */
function inPods(workload: ObjectRef, subresource: string): Permission[] {
  return [
    { ...anyPod(workload, "get"), subresource },
    { ...anyPod(workload, "create"), subresource, optional: true },
  ];
}

function anyPod({ cluster, namespace }: ObjectRef, verb: Verb): Permission {
  return { ...permission({ cluster, group: "", kind: "Pod", namespace, name: "" }, verb, "ask"), name: null };
}

/** The Lease under which one run at a time writes to a cluster; and kube-system, by whose uid the cluster is known again. */
function toLock(cluster: ClusterId): Permission[] {
  const system = { cluster, group: "", kind: "Namespace", namespace: null, name: "kube-system" };
  const lease = { cluster, group: "coordination.k8s.io", kind: "Lease", namespace: "default", name: "meshferry" };
  return [
    permission(system, "get", "lock"),
    ...(["get", "update", "delete"] as const).map((verb) => permission(lease, verb, "lock")),
    { ...permission(lease, "create", "lock"), name: null },
  ];
}

function permission({ cluster, group, kind, namespace, name }: ObjectRef, verb: Verb, why: Reason): Permission {
  return {
    cluster,
    verb,
    group,
    kind,
    subresource: null,
    namespace,
    name,
    why,
    optional: verb === "watch",
    later: false,
  };
}

const isSecret = ({ group, kind }: ObjectRef) => group === "" && kind === "Secret";

function refsOf(action: Action): readonly ObjectRef[] {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return [action.ref];
    case "delete-together":
      return action.refs;
    case "restart":
      return [action.workload];
    case "wait":
    case "confirm":
      return [];
  }
}

/** All references in a value, whatever the kind of condition calls them. */
function refsIn(value: Json): ObjectRef[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(refsIn);
  if (!isJsonObject(value)) return [];
  const { cluster, group, kind, name, namespace } = value;
  const inner = Object.values(value).flatMap(refsIn);
  if (typeof cluster !== "string" || typeof group !== "string" || typeof kind !== "string" || typeof name !== "string")
    return inner;
  const place = typeof namespace === "string" ? namespace : null;
  return [{ cluster: cluster as ClusterId, group, kind, namespace: place, name }, ...inner];
}

/** Each once; one that is needed for one thing and only helps with another is needed. Writing goes before waiting, as a reason. */
function distinct(found: readonly Permission[]): Permission[] {
  const byKey = new Map<string, Permission>();
  for (const each of found) {
    const key = permissionKey(each);
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? each : { ...before, optional: before.optional && each.optional });
  }
  return [...byKey].sort(([left], [right]) => compareText(left, right)).map(([, each]) => each);
}

export function permissionKey(each: Omit<Permission, "why" | "optional">): string {
  const { cluster, namespace, group, kind, subresource, name, verb } = each;
  return [cluster, namespace ?? "", kindKey({ group, kind }), subresource ?? "", name ?? "", verb].join("|");
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

function kindIn(key: string): string {
  return key.split(".")[0] ?? key;
}

function groupIn(key: string): string {
  const dot = key.indexOf(".");
  return dot < 0 ? "" : key.slice(dot + 1);
}
