import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "lab/**/*.test.ts"],
    // Those need root and real clusters: vitest.lab.config.ts.
    exclude: ["lab/tests/**", "node_modules/**"],
    reporters: ["default", new ClosingLine()],
    testTimeout: 60_000,
  },
});
