// Runs the OSSM 2 stand-in for all clusters of a running lab, and views of them that leave its own objects out; one line of JSON for
// everything that it does.
import process from "node:process";
import { readLab } from "../cluster/lab-cluster.ts";
import { placesFrom } from "../machine/places.ts";
import { fasterTiming } from "./mesh-memory.ts";
import { runStandIn } from "./start-federation.ts";
import { openViews } from "./views-for-users.ts";

const end = new AbortController();
const lab = await readLab(placesFrom(process.env).state);
await openViews(lab);
const standIn = await runStandIn(lab, {
  timing: fasterTiming(Number(process.env["MESHFERRY_LAB_OSSM2_FASTER"] ?? "1")),
  signal: end.signal,
  log: (event, facts) => {
    process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`);
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    end.abort();
    // The views would keep the process.
    void standIn.stop().then(() => process.exit());
  });
