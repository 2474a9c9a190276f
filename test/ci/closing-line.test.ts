// Runs real small suites through the reporter whose last line .ci/run counts on.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const reporter = new URL("../../tools/closing-line.ts", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "meshferry-closing-line-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("tests are counted by result, and files that break outside of their tests as failures", () => {
  const files = {
    "vitest.config.ts": `import { ClosingLine } from ${JSON.stringify(reporter)};
      export default { test: { globals: true, reporters: ["default", new ClosingLine()] } };`,
    "results.test.ts": `test("one", () => {}); test("two", () => {}); test("three", () => { throw new Error("on purpose"); });
      test.skip("four", () => {}); test.todo("five"); describe.skip("six", () => { test("seven", () => {}); });`,
    "broken-at-load.test.ts": `throw new Error("on purpose");`,
    "broken-hook.test.ts": `afterAll(() => { throw new Error("on purpose"); }); test("eight", () => {});`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { stdout, status } = spawnSync(process.execPath, [vitest, "run", "--root", folder], { encoding: "utf8" });
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("3 passed, 3 failed, 3 skipped");
  expect(status).toBe(1);
});
