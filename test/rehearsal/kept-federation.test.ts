// What a rehearsal keeps of federation from one world to the next is what it would be if it were worked out anew.
import { describe, expect, test } from "vitest";
import { join } from "node:path";
import { defaultConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { federate } from "../../src/federation/federate.ts";
import { indexPods } from "../../src/federation/pod-index.ts";
import { clusterOf } from "../../src/inventory/mesh.ts";
import { inventoryOf } from "../../src/inventory/take-inventory.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { advance, undone } from "../../src/rehearsal/advance.ts";
import { passTime } from "../../src/rehearsal/pass-time.ts";
import type { World } from "../../src/rehearsal/world.ts";
import { planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { modelled, stated } from "../support/modelled.ts";
import { randomWorld } from "../worlds/random-world.ts";

const folder = join(root, "examples", "four-meshes");
const four = await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name))));
const eastWest = await readEastWest();
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
const drawn = [3, 11, 19, 27].map((seed): [string, readonly ClusterInput[]] => [
  `drawn world ${seed}`,
  randomWorld(seed),
]);

describe("after every step, its undo, and some time later", () => {
  test.each([["East/West", eastWest], ["four meshes", four], ...drawn])("%s", (name, inputs) => {
    const plan = planOf(inputs, name === "four meshes" && fourConfig ? fourConfig : defaultConfig);
    let compared = 0;
    for (const world of differingWorlds(inputs, plan)) {
      const { inventory, federation } = world.derived();
      const { meshes } = inventoryOf(inventory.clusters);
      expect(inventory.meshes).toEqual(meshes);
      const anew = { ...inventory, meshes };
      expect(federation).toEqual(federate(anew, (mesh) => indexPods(clusterOf(anew, mesh)), stated));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(4);
  });
});

/** Each world of the plan's course of which something follows that did not before. */
function* differingWorlds(inputs: readonly ClusterInput[], plan: Plan): Iterable<World> {
  let world = modelled(inputs);
  yield world;
  for (const step of stepsOf(plan)) {
    const next = advance(world, step.action, plan);
    // A world whose plan cannot be carried out is looked at as far as it goes.
    if ("fails" in next) return;
    if (next.world.derived !== world.derived) yield next.world;
    const back = undone(world, next.world, step, plan);
    if ("world" in back && back.world.derived !== next.world.derived) yield back.world;
    const later = passTime(next.world);
    if (later.derived !== next.world.derived) yield later;
    world = later;
  }
}
