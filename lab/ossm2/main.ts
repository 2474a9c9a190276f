// Runs the OSSM 2 stand-in for all clusters of a running lab; one line of JSON for everything that it does.
import process from "node:process";
import { readLab } from "../cluster/lab-cluster.ts";
import { placesFrom } from "../machine/places.ts";
import { fasterTiming } from "./mesh-memory.ts";
import { runStandIn } from "./start-federation.ts";

const end = new AbortController();
const standIn = await runStandIn(await readLab(placesFrom(process.env).state), {
  timing: fasterTiming(Number(process.env["MESHFERRY_LAB_OSSM2_FASTER"] ?? "1")),
  signal: end.signal,
  log: (event, facts) => {
    process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`);
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    end.abort();
    void standIn.stop();
  });
