// Tests on real clusters (root): `npm run lab:ci` runs them all, after the build, and cleans up behind them.
import { defineConfig } from "vitest/config";
import { StageMinutes } from "./lab/tests/stage-minutes.ts";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["lab/tests/**/*.test.ts"],
    globalSetup: ["lab/tests/shared-lab.ts"],
    // One lab for all files, on a machine whose time is what is measured.
    fileParallelism: false,
    // StageMinutes first: at exit the closing line is the last one.
    reporters: ["default", new StageMinutes(), new ClosingLine()],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
  },
});
