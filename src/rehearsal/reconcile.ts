// Every modelled controller does its part until none has anything left to do.
import { controlPlanes } from "./controllers/control-planes.ts";
import type { Controller } from "./controllers/controller.ts";
import { federation } from "./controllers/federation.ts";
import { gatewayDeployments } from "./controllers/gateway-deployments.ts";
import { members } from "./controllers/members.ts";
import { rootConfigMaps } from "./controllers/root-config-maps.ts";
import type { World } from "./world.ts";

/** In an order in which one pass is enough for most changes. */
const controllers: readonly Controller[] = [members, controlPlanes, federation, gatewayDeployments, rootConfigMaps];

const most = 10;

/** The world after `after`'s changes against `before` have been taken up. */
export function reconciled(before: World, after: World): World {
  let [seen, world] = [before, after];
  for (let round = 0; round < most; round += 1) {
    const start = world;
    // Each sees what has changed since the last round, and what those before it did in this one.
    for (const controller of controllers) world = controller(seen, world);
    if (world === start) return world;
    seen = start;
  }
  throw new Error("the modelled controllers do not come to rest");
}
