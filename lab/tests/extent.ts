// What of the lab's tests runs at every commit: `npm run lab:ci` runs a part that fits its time, `npm run lab:full` all.
import process from "node:process";
import { fasterTiming, type Timing } from "../ossm2/mesh-memory.ts";

export const fullVariable = "MESHFERRY_LAB_FULL";
export const isFull: boolean = process.env[fullVariable] === "1";

/** Files that lab:ci leaves out as a whole. What other files leave out, they ask `isFull` about. */
export const fullOnly: readonly string[] = [
  "lab/tests/guide-on-istio-1-28.test.ts",
  "lab/tests/live-observe.test.ts",
  "lab/tests/live-undo.test.ts",
  "lab/tests/trust-roots.test.ts",
];

/** How the stand-in's times go: a resync every 10 s. On a busy machine a faster one is not done with its writing when the next comes. */
export const standInTiming: Timing = fasterTiming(6);
