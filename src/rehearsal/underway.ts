// Requests that were sent over federation before their clients were moved: they end there, if it stays long enough.
import type { Reached } from "../dataplane/reached.ts";
import type { PairOfClass } from "./classes.ts";
import type { World } from "./world.ts";

/** How "MESH|HOST" is written. */
export function underwayKey({ mesh, host }: Pick<PairOfClass["pair"], "mesh" | "host">): string {
  return `${mesh}|${host}`;
}

/** Whether a change of outcome leaves requests behind on federation's way. */
export function leavesFederation(before: Reached | undefined, after: Reached | undefined): boolean {
  const used = (outcome: Reached | undefined): boolean => outcome?.path === "federation" || outcome?.path === "mixed";
  return used(before) && !used(after);
}

/** Of the hosts with requests under way those that federation carries from fewer meshes than before: what was under way is cut. */
export function cutHosts(before: World, world: World): readonly string[] {
  return [...world.underway].filter((key) => waysOfFederation(world, key) < waysOfFederation(before, key));
}

function waysOfFederation(world: World, key: string): number {
  const derived = world.derived();
  const at = key.indexOf("|");
  const mesh = derived.inventory.meshes.find(({ id }) => id === key.slice(0, at));
  return (mesh ? derived.importsOf(mesh.id).get(key.slice(at + 1)) : undefined)?.length ?? 0;
}
