// Tests on real clusters (root): `npm run lab:ci` runs those of clusters and meshes, `npm run lab:full` all, after the build, and
// both clean up behind them.
import process from "node:process";
import { defineConfig } from "vitest/config";
import { FileMinutes } from "./lab/tests/file-minutes.ts";
import { StageMinutes } from "./lab/tests/stage-minutes.ts";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["lab/tests/**/*.test.ts"],
    // Minutes of load, and of waiting for resyncs.
    exclude: process.env["MESHFERRY_LAB_FULL"] === "1" ? [] : ["lab/tests/guide-*.test.ts", "lab/tests/ossm*.test.ts"],
    globalSetup: ["lab/tests/shared-lab.ts"],
    // One lab for all files, on a machine whose time is what is measured.
    fileParallelism: false,
    // StageMinutes first: at exit the closing line is the last one.
    reporters: ["default", new FileMinutes(), new StageMinutes(), new ClosingLine()],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
});
