// The embedded example as the tests use it: read from its files as a user's would be.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { clusterId } from "../../src/core/ids.ts";
import type { Json } from "../../src/core/json.ts";
import { withValueAt } from "../../src/core/pointer.ts";
import { DEFAULT_MAX_FILE_SIZE_BYTES, readFiles } from "../../src/kube/sources/files/read-files.ts";
import { examine, makePlan } from "../../src/pipeline.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { guideConfig } from "./guide-config.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const eastWest = join(root, "examples", "east-west");

/** One cluster read from a folder. */
export function readFolder(name: string, folder: string): Promise<ClusterInput> {
  return readFiles(clusterId(name), [folder], { maxFileSizeBytes: DEFAULT_MAX_FILE_SIZE_BYTES, cwd: root });
}

export async function readEastWest(): Promise<ClusterInput[]> {
  return [await readFolder("east", join(eastWest, "east")), await readFolder("west", join(eastWest, "west"))];
}

export function planOf(inputs: readonly ClusterInput[], config: Config = guideConfig): Plan {
  return makePlan(examine(inputs, config), config);
}

export function stepsOf(plan: Plan): Step[] {
  return plan.phases.flatMap(({ steps }) => steps);
}

/** The objects as they are first applied, the overlay of their step laid over. */
export function appliedObjects(plan: Plan): Map<string, Json> {
  const objects = new Map<string, Json>();
  for (const { action } of stepsOf(plan)) {
    if (action.do !== "apply") continue;
    const { ref } = action;
    const key = `${ref.cluster}/${ref.kind}.${ref.group}/${ref.namespace ?? ""}/${ref.name}`;
    if (objects.has(key)) continue;
    const template: Json = plan.objects[action.object] ?? {};
    objects.set(
      key,
      action.set.reduce((body: Json, { pointer, value }) => withValueAt(body, pointer, value), template),
    );
  }
  return objects;
}

/** A cluster's input with its objects changed: dropped (null), replaced, or added. */
export function edited(
  input: ClusterInput,
  edit: (object: ClusterInput["objects"][number]) => ClusterInput["objects"][number] | null,
): ClusterInput {
  return { ...input, objects: input.objects.flatMap((object) => edit(object) ?? []) };
}
