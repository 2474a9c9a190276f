// Scenarios of the codes MF340 to MF359: trust between the meshes.
import { defaultConfig } from "../../../src/config/config.ts";
import { guideConfig } from "../../support/guide-config.ts";
import { twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();

export const scenarios: readonly CodeScenario[] = [
  { code: "MF340", base, found: base, mended: base, config: { trust: defaultConfig.trust }, mendedConfig: guideConfig },
];
