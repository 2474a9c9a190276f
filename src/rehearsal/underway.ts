// Requests that were sent over federation before their clients were moved: they end there, if it stays long enough.
import type { Reached } from "../dataplane/reached.ts";
import type { PairOfClass } from "./classes.ts";
import type { World } from "./world.ts";

/** How "MESH|HOST" is written. */
export function underwayKey({ mesh, host }: PairOfClass["pair"]): string {
  return `${mesh}|${host}`;
}

/** Whether a change of outcome leaves requests behind on federation's way. */
export function leavesFederation(before: Reached | undefined, after: Reached | undefined): boolean {
  const used = (outcome: Reached | undefined): boolean => outcome?.path === "federation" || outcome?.path === "mixed";
  return used(before) && !used(after);
}

/** Of the hosts with requests under way those that federation carries no more: what was under way is cut. */
export function cutHosts(world: World): readonly string[] {
  const derived = world.derived();
  return [...world.underway].filter((key) => {
    const at = key.indexOf("|");
    const mesh = derived.inventory.meshes.find(({ id }) => id === key.slice(0, at));
    const imports = mesh ? derived.importsOf(mesh.id).get(key.slice(at + 1)) : undefined;
    return !imports || imports.length === 0;
  });
}
