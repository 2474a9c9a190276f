// Scenarios of the codes MF340 to MF359: trust between the meshes.
import { defaultConfig } from "../../../src/config/config.ts";
import { hashOf } from "../../../src/core/hash.ts";
import { guideConfig } from "../../support/guide-config.ts";
import { changed, pem, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const secret = "east Secret istio-system/cacerts";
const noted = changed(base, secret, {
  "/metadata/annotations": { "meshferry.dev/trusted-roots": hashOf(pem("east") + pem("west")) },
});

export const scenarios: readonly CodeScenario[] = [
  { code: "MF340", base, found: base, mended: base, config: { trust: defaultConfig.trust }, mendedConfig: guideConfig },
  { code: "MF341", base, found: noted, mended: base, config: guideConfig },
];
