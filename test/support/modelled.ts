// Modelled worlds for tests: before a migration, at any of its steps, and with single objects changed by hand.
import type { ClusterInput } from "../../src/core/cluster.ts";
import { host as hostOf } from "../../src/core/ids.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { KubeObject } from "../../src/core/object-ref.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import type { Reached } from "../../src/dataplane/reached.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { advance } from "../../src/rehearsal/advance.ts";
import { clientClasses } from "../../src/rehearsal/classes.ts";
import { finest } from "../../src/rehearsal/likeness.ts";
import { waysOfClass } from "../../src/rehearsal/outcomes.ts";
import { withProxiesAtStart } from "../../src/rehearsal/proxies.ts";
import { summary } from "../../src/rehearsal/reach.ts";
import { reconciled } from "../../src/rehearsal/reconcile.ts";
import { lookAt } from "../../src/rehearsal/ways.ts";
import { put, startWorld, ticked, type World } from "../../src/rehearsal/world.ts";
import { stepsOf } from "./example.ts";

export const stated = { pairs: [], runners: [] } as const;

export function modelled(inputs: readonly ClusterInput[]): World {
  return withProxiesAtStart(startWorld(inputs, stated));
}

/** The world after every step up to the first of a phase, or to the end. */
export function carriedOutUntil(inputs: readonly ClusterInput[], plan: Plan, phase?: string): World {
  let world = modelled(inputs);
  for (const step of stepsOf(plan)) {
    if (phase !== undefined && step.id.startsWith(`${phase}/`)) break;
    const next = advance(world, step.action, plan);
    if ("fails" in next) throw new Error(`${step.id}: ${next.fails}`);
    world = next.world;
  }
  return world;
}

/** The world with an object put there, and everything that follows at once. */
export function withObject(world: World, object: KubeObject): World {
  return reconciled(world, put(ticked(world), object.ref, object));
}

/** The world without some objects, all gone at the same moment: "CLUSTER KIND NAMESPACE/NAME". */
export function without(world: World, ...names: readonly string[]): World {
  const gone = names.map((name) => found(world, name).ref);
  return reconciled(
    world,
    gone.reduce((left, ref) => put(left, ref, null), ticked(world)),
  );
}

/** The world with fields of an object changed; undefined takes one away from the last map. */
export function changed(world: World, name: string, fields: Readonly<Record<string, Json>>): World {
  const object = found(world, name);
  const body = Object.entries(fields).reduce((made: Json, [at, value]) => withValueAt(made, at, value), object.body);
  return withObject(world, { ...object, body: body as JsonObject });
}

export function found(world: World, name: string): KubeObject {
  const [cluster = "", kind = "", path = ""] = name.split(" ");
  for (const state of world.clusters.values())
    for (const slice of state.slices.values())
      for (const object of slice.list()) {
        const { ref } = object;
        const place = ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`;
        if (state.id === cluster && ref.kind === kind && place === path) return object;
      }
  throw new Error(`the world has no ${name}`);
}

/** What becomes of a host for the clients of a namespace: every class of them together. */
export function seenFrom(world: World, mesh: string, namespace: string, host: string, port: number): Reached {
  const its = world.derived().inventory.meshes.find(({ id }) => id === mesh);
  if (!its) throw new Error(`the world has no mesh ${mesh}`);
  const look = lookAt(world);
  const ways = clientClasses(world, its, finest(world))
    .filter(({ members }) => members.some((each) => each.namespace === namespace))
    .flatMap((each) => waysOfClass(look, each, { host: hostOf(host), port }));
  return summary(ways, hostOf(host));
}

/** "ok federation", "broken none: no-endpoint": the outcome in a line. */
export function said({ state, path, reasons }: Reached): string {
  return `${state} ${path}${reasons.length === 0 ? "" : `: ${reasons.map(({ code }) => code).join(", ")}`}`;
}
