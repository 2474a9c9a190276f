import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "lab/**/*.test.ts"],
    reporters: ["default", new ClosingLine()],
    testTimeout: 60_000,
  },
});
