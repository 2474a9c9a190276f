// The meshes run OSSM 2.6.
import { versionTooOld } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

const run: Check["run"] = (input) =>
  participants(input)
    .all.filter(({ version }) => !/^v?2\.6(\.|$)/u.test(version))
    .map((mesh) => versionTooOld.at([mesh.controlPlane.ref], { mesh: mesh.id, version: mesh.version || "unknown" }));

export const controlPlaneVersion: Check = {
  fact: "Every mesh runs OSSM 2.6",
  codes: [versionTooOld],
  reads: [],
  run,
};
