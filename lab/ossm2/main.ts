// Runs the OSSM 2 stand-in for the clusters whose kubeconfigs are named; one line of JSON for everything that it does.
import { basename, dirname } from "node:path";
import process from "node:process";
import { fasterTiming } from "./mesh-memory.ts";
import { startStandIn } from "./stand-in.ts";

const times = Number(process.env["MESHFERRY_LAB_OSSM2_FASTER"] ?? "1");
const clusters = process.argv.slice(2).map((kubeconfig) => ({ name: basename(dirname(kubeconfig)), kubeconfig }));
const standIn = await startStandIn({
  clusters,
  timing: fasterTiming(times),
  log: (event, facts) => {
    process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`);
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void standIn.stop());
