// A lab of its own for the guide's meshes of one Istio version: it changes what other tests of the shared lab rely on.
import { join } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import type { IstioVersion } from "../../build/go-parts.ts";
import process from "node:process";
import { down } from "../../cluster/down.ts";
import { up } from "../../cluster/up.ts";
import { placesFrom } from "../../machine/places.ts";
import { sayOnTerminal as say } from "../../machine/progress.ts";
import { labCrds } from "../../mesh/lab-crds.ts";
import { testLabs } from "../test-labs.ts";
import { startMeshes } from "./start-meshes.ts";
import { startBefore, type TwoMeshes } from "./two-meshes.ts";

/** Started before the file's tests, taken down after them, also when they fail. */
export function guideLab(version: IstioVersion): () => TwoMeshes {
  const state = join(testLabs, `guide-${version}`);
  let meshes: TwoMeshes | null = null;
  beforeAll(async () => {
    const built = inject("built");
    await down(state, say);
    const options = { cache: placesFrom(process.env).cache, state, built, say, crds: await labCrds(built) };
    const lab = await up(["east", "west"], options);
    meshes = await startMeshes(built, lab, version);
    await startBefore(meshes);
  }, 600_000);
  afterAll(async () => {
    await Promise.all([meshes?.east.api.close(), meshes?.west.api.close()]);
    await down(state, say);
  }, 120_000);
  return () => {
    if (meshes === null) throw new Error("the meshes are not up");
    return meshes;
  };
}
