// The meshes run OSSM 2.6.
import { versionTooOld } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

export const controlPlaneVersion: Check = (input) =>
  participants(input)
    .all.filter(({ version }) => !/^v?2\.6(\.|$)/u.test(version))
    .map((mesh) => versionTooOld.at([mesh.controlPlane.ref], { mesh: mesh.id, version: mesh.version || "unknown" }));
