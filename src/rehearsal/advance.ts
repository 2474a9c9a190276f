// One action of a plan, or its undo, carried out in a world: the objects first, then the controllers. The only place here that knows actions.
import { encodeText } from "../core/base64.ts";
import type { Hash } from "../core/hash.ts";
import { equalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { patched } from "../core/json-patch.ts";
import { type KubeObject, type ObjectRef, refKey, refText } from "../core/object-ref.ts";
import { valueAt, withValueAt } from "../core/pointer.ts";
import { caSecret } from "../inventory/certificate-authority.ts";
import { rootKey } from "../inventory/roots.ts";
import type { Action, PatchOp, Step } from "../plan/plan.ts";
import type { Slot, Template } from "../target/desired-object.ts";
import { fillSlots, slotValue } from "../target/fill-slots.ts";
import { typedIn } from "./cluster-state.ts";
import { reconciled } from "./reconcile.ts";
import { restarted } from "./restart.ts";
import { clusterStateOf, objectAt, put, ticked, type World } from "./world.ts";

/** Of a plan: what its actions name. */
export interface PlanParts {
  readonly objects: Readonly<Record<Hash, Template>>;
  readonly slots: readonly Slot[];
}

/** The world afterwards, or why the action cannot be carried out in it. */
export type Advanced = { readonly world: World } | { readonly fails: string };

/** Carries out an action; everything that follows from it at once has happened. */
export function advance(world: World, action: Action, plan: PlanParts): Advanced {
  const changed = changedBy(ticked(world), action, plan);
  return "fails" in changed ? changed : { world: reconciled(world, changed.world) };
}

function changedBy(world: World, action: Action, plan: PlanParts): Advanced {
  switch (action.do) {
    case "apply":
      return apply(world, action, plan);
    case "patch":
      return patch(world, action.ref, action.ops);
    case "delete":
      return { world: put(world, action.ref, null) };
    case "delete-together":
      return { world: action.refs.reduce((left, ref) => put(left, ref, null), world) };
    case "restart":
      return { world: restarted(world, action.workload) };
    case "wait":
    case "confirm":
      return { world };
  }
}

function apply(world: World, action: Extract<Action, { do: "apply" }>, { objects, slots }: PlanParts): Advanced {
  const { cluster, namespace } = action.ref;
  if (namespace !== null && !hasNamespace(world, action.ref))
    return { fails: `${cluster} has no namespace ${namespace}` };
  const template: Json = objects[action.object] ?? {};
  const laid = action.set.reduce((body: Json, { pointer, value }) => withValueAt(body, pointer, value), template);
  const values = new Map<string, Json>();
  for (const slot of slotsIn(laid)) {
    const known = slots.find(({ id }) => id === slot);
    const value = known ? slotValue(known, slotSource(world)) : null;
    if (value === null) return { fails: `the value ${slot} is not there` };
    values.set(slot, value);
  }
  return { world: put(world, action.ref, appliedObject(world, action.ref, fillSlots(laid as JsonObject, values))) };
}

/** Kubernetes makes these itself. */
const builtIn: ReadonlySet<string | null> = new Set(["default", "kube-node-lease", "kube-public", "kube-system"]);

/** Where namespaces were not supplied, those that something lies in are taken to be there. */
function hasNamespace(world: World, { cluster, namespace }: ObjectRef): boolean {
  if (builtIn.has(namespace)) return true;
  const state = clusterStateOf(world, cluster);
  const place: ObjectRef = { cluster, group: "", kind: "Namespace", namespace: null, name: namespace ?? "" };
  if (objectAt(world, place) !== undefined) return true;
  return (
    state.coverage["Namespace"] !== "listed" &&
    [...state.slices.values()].some((slice) => slice.counts.has(namespace ?? ""))
  );
}

function slotsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(slotsIn);
  if (!isJsonObject(value)) return [];
  const slot = value["$slot"];
  return typeof slot === "string" ? [slot] : Object.values(value).flatMap(slotsIn);
}

function slotSource(world: World) {
  return {
    object: (ref: ObjectRef) => objectAt(world, ref)?.body,
    nodes: (cluster: ObjectRef["cluster"]) =>
      typedIn(clusterStateOf(world, cluster), "Node").map(({ object }) => object.body),
  };
}

/** What the server keeps: the applied fields, its own status, and a generation that counts the changes of the spec. */
function appliedObject(world: World, ref: ObjectRef, body: JsonObject): KubeObject {
  const there = objectAt(world, ref);
  const apiVersion = body["apiVersion"];
  const status = there?.body["status"];
  const full = status === undefined ? body : { ...body, status };
  return {
    ref,
    apiVersion: typeof apiVersion === "string" ? apiVersion : (there?.apiVersion ?? ""),
    origin: { cluster: ref.cluster },
    body: withGeneration(full, there?.body),
  };
}

function withGeneration(body: JsonObject, before: JsonObject | undefined): JsonObject {
  const known = before && valueAt(before, "/metadata/generation");
  const last = typeof known === "number" ? known : 0;
  const isSame = before !== undefined && equalJson(before["spec"] ?? null, body["spec"] ?? null);
  return withValueAt(body, "/metadata/generation", isSame && last > 0 ? last : last + 1) as JsonObject;
}

function patch(world: World, ref: ObjectRef, ops: readonly PatchOp[]): Advanced {
  const there = objectAt(world, ref);
  if (!there) return { fails: `${refText(ref)} is not there` };
  const result = patched(withRoots(world, there).body, ops);
  if ("refused" in result) return { fails: `${refText(ref)}: ${result.refused.op} ${result.refused.path} is refused` };
  const body = withGeneration(result.value as JsonObject, there.body);
  return { world: put(world, ref, { ...there, body }) };
}

/** Nobody reads the Secret of a CA; its public part is what istiod hands out. */
function withRoots(world: World, object: KubeObject): KubeObject {
  const { ref, body } = object;
  if (ref.kind !== "Secret" || ref.name !== caSecret || valueAt(body, `/data/${rootKey}`) !== undefined) return object;
  const mesh = world
    .derived()
    .inventory.meshes.find(({ cluster, namespace }) => cluster === ref.cluster && namespace === ref.namespace);
  const pem = mesh && world.meshes.get(mesh.id)?.bundle?.pem;
  return pem === undefined
    ? object
    : { ...object, body: withValueAt(body, `/data/${rootKey}`, encodeText(pem)) as JsonObject };
}

/** The world after a step and its undo: `before` is the world that the step began in, `after` the one that it led to. */
export function undone(before: World, after: World, step: Step, plan: PlanParts): Advanced {
  const { undo, action } = step;
  // A restart is made once more; what an undo waits for is not judged, since the world has come to rest anyway.
  if (action.do === "restart") return { world: reconciled(after, restarted(ticked(after), action.workload)) };
  if (undo.how === "none" || undo.how === "wait") return { world: after };
  if (undo.how === "actions") return inOrder(after, undo.actions, plan);
  const putBack = refsOf(action).reduce(
    (world, ref) => put(world, ref, restoredObject(before, world, ref)),
    ticked(after),
  );
  return inOrder(reconciled(after, putBack), undo.also, plan);
}

function inOrder(world: World, actions: readonly Action[], plan: PlanParts): Advanced {
  let next = world;
  for (const action of actions) {
    const result = advance(next, action, plan);
    if ("fails" in result) return result;
    next = result.world;
  }
  return { world: next };
}

/** An object that is made again begins with the first generation; one that is there counts on. */
function restoredObject(before: World, now: World, ref: ObjectRef): KubeObject | null {
  const image = objectAt(before, ref);
  if (!image) return null;
  const there = objectAt(now, ref);
  const body = there
    ? withGeneration(image.body, there.body)
    : (withValueAt(image.body, "/metadata/generation", 1) as JsonObject);
  return { ...image, body };
}

/** The objects that an action changes, by itself. */
export function refsOf(action: Action): readonly ObjectRef[] {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return [action.ref];
    case "delete-together":
      return action.refs;
    case "restart":
    case "wait":
    case "confirm":
      return [];
  }
}

/** One text per object that an action changes or starts anew. */
export function touchedKeys(action: Action): readonly string[] {
  return action.do === "restart" ? [refKey(action.workload)] : refsOf(action).map(refKey);
}
