// The operator of OSSM 2: a changed control plane restarts istiod, and gateways that it names no more are taken away.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { equalJson } from "../../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { gatewayNamespace } from "../../federation/gateways.ts";
import { clusterOf, type Mesh } from "../../inventory/mesh.ts";
import { managesPolicies, operatorPolicies } from "../../target/managed-policies.ts";
import { restartedIstiod } from "../restart.ts";
import { objectAt, put, withMeshMemory, withProxy, type World } from "../world.ts";
import { changesOf, type Controller } from "./controller.ts";

const kind = "ServiceMeshControlPlane.maistra.io";

/**
 * Additional gateways live and die with the control plane's spec (docs/facts.md, federation.gateways-switch), NetworkPolicies with
 * manageNetworkPolicy (network.policies-replaced). Every change of the spec is taken for one that restarts istiod
 * (network.one-patch).
 */
export const controlPlanes: Controller = (before, after) => {
  let world = after;
  for (const change of changesOf(before, after, kind)) {
    if (change.before === null || change.after === null) continue;
    if (equalJson(change.before.body["spec"] ?? null, change.after.body["spec"] ?? null)) continue;
    world = applied(world, change.before, change.after);
    const id = `${change.cluster}/${change.after.ref.namespace}/${change.after.ref.name}`;
    const [was, is] = [before, world].map((each) => each.derived().inventory.meshes.find((mesh) => mesh.id === id));
    if (!was || !is) continue;
    world = withGateways(world, was, is);
    if (!managesPolicies(is))
      for (const { ref } of operatorPolicies(clusterOf(world.derived().inventory, is), is))
        world = put(world, ref, null);
    world = restartedIstiod(world, is);
  }
  return world;
};

/** `status.appliedSpec` follows what the spec gains and loses; `observedGeneration` says that it has. */
function applied(world: World, before: KubeObject, after: KubeObject): World {
  const status = after.body["status"];
  if (!isJsonObject(status)) return world;
  const spec = followed(status["appliedSpec"] ?? {}, before.body["spec"] ?? {}, after.body["spec"] ?? {});
  const generation = valueAt(after.body, "/metadata/generation") ?? null;
  const body: JsonObject = { ...after.body, status: { ...status, appliedSpec: spec, observedGeneration: generation } };
  return put(world, after.ref, { ...after, body });
}

function followed(held: Json, before: Json, after: Json): Json {
  if (!isJsonObject(after)) return after;
  const [own, old] = [held, before].map((each) => (isJsonObject(each) ? each : {}));
  const next: Record<string, Json> = { ...own };
  for (const key of Object.keys(old ?? {})) if (!Object.hasOwn(after, key)) delete next[key];
  for (const [key, value] of Object.entries(after)) next[key] = followed(own?.[key] ?? null, old?.[key] ?? null, value);
  return next;
}

interface Gateway {
  readonly kind: "ingress" | "egress";
  readonly name: string;
}

function withGateways(world: World, was: Mesh, is: Mesh): World {
  let next = world;
  const [old, now] = [gatewaysOf(was), gatewaysOf(is)];
  const names = new Set(now.map(({ name }) => name));
  for (const gateway of old) if (!names.has(gateway.name)) next = stowed(next, was, gateway);
  const known = new Set(old.map(({ name }) => name));
  for (const { name } of now) if (!known.has(name)) next = unstowed(next, is, name);
  return next;
}

/** The additional gateways that the operator runs. */
function gatewaysOf({ controlPlane }: Mesh): readonly Gateway[] {
  const { enabled, additionalIngress, additionalEgress } = controlPlane.view.spec.gateways;
  if (enabled === false) return [];
  const running = (kindOf: Gateway["kind"], gateways: typeof additionalIngress): Gateway[] =>
    Object.entries(gateways)
      .filter(([, gateway]) => gateway.enabled !== false)
      .map(([name]) => ({ kind: kindOf, name }));
  return [...running("ingress", additionalIngress), ...running("egress", additionalEgress)];
}

function stowed(world: World, mesh: Mesh, { kind: kindOf, name }: Gateway): World {
  const namespace = gatewayNamespace(mesh, kindOf, name);
  const deployment: ObjectRef = { cluster: mesh.cluster, group: "apps", kind: "Deployment", namespace, name };
  const service: ObjectRef = { ...deployment, group: "", kind: "Service" };
  const key = refKey(deployment);
  const { pods } = world.derived().podsOf(mesh);
  const refs = [
    deployment,
    service,
    ...pods
      .filter((shape) => refKey(shape.workload) === key && shape.pod !== null)
      .map((shape): ObjectRef => ({ ...service, kind: "Pod", name: shape.pod ?? "" })),
  ];
  const kept = refs.flatMap((ref) => objectAt(world, ref) ?? []);
  const held = world.meshes.get(mesh.id)?.stowed ?? new Map<string, readonly KubeObject[]>();
  const without = refs.reduce((left, ref) => put(left, ref, null), world);
  return withMeshMemory(withProxy(without, deployment, mesh.id, null), mesh.id, {
    stowed: new Map(held).set(name, kept),
  });
}

function unstowed(world: World, mesh: Mesh, name: string): World {
  const kept = world.meshes.get(mesh.id)?.stowed.get(name) ?? [];
  return kept.reduce((next, object) => put(next, object.ref, object), world);
}
