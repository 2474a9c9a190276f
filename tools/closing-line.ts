// The last line of a test run, "N passed, N failed, N skipped", which `.ci/run` adds up over every suite.
import type { Reporter, TestModule } from "vitest/node";

/**
 * Counts test cases by result. A file that fails without a failed test (it does not load, or a hook throws) counts as
 * one failure, and so does every error outside of tests. What did not run, for whatever reason, is skipped.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      const failures = states.filter((state) => state === "failed").length;
      const passes = states.filter((state) => state === "passed").length;
      passed += passes;
      failed += failures === 0 && module.state() === "failed" ? 1 : failures;
      skipped += states.length - passes - failures;
    }
    // At exit, so that it stands after the default reporter's summary.
    process.on("exit", () => console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`));
  }
}
