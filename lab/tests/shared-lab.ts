// The lab that all tests share, two meshes: started once, taken down after the last, also when tests fail.
import { join } from "node:path";
import process from "node:process";
import type { TestProject } from "vitest/node";
import { type Built, runBuild } from "../build/run-build.ts";
import { down } from "../cluster/down.ts";
import { type Places, placesFrom } from "../machine/places.ts";
import { sayOnTerminal as say } from "../machine/progress.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { upMesh } from "../mesh/up-mesh.ts";
import { testLabs } from "./test-labs.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** State folder of the shared lab. */
    readonly lab: string;
    readonly built: Built;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.getuid?.() !== 0)
    throw new LabTrouble("the lab's tests need root", "they start clusters", "run them as root");
  const places: Places = { ...placesFrom(process.env), state: join(testLabs, "shared") };
  const built = await runBuild(places, say);
  // An earlier run may have been killed.
  await down(places.state, say);
  try {
    await upMesh({ ...places, built, say });
  } catch (error) {
    await down(places.state, say);
    throw error;
  }
  project.provide("lab", places.state);
  project.provide("built", built);
  return async () => down(places.state, say);
}
