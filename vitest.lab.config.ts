// Tests on real clusters (root): `npm run lab:ci` runs what fits its time, `npm run lab:full` all, after the build, and both clean
// up behind them.
import { defineConfig } from "vitest/config";
import { fullOnly, isFull } from "./lab/tests/extent.ts";
import { FileMinutes } from "./lab/tests/file-minutes.ts";
import { StageMinutes } from "./lab/tests/stage-minutes.ts";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["lab/tests/**/*.test.ts"],
    exclude: isFull ? [] : [...fullOnly],
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
