// undo of some services alone: not while federation, which is for all of them, is away.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PhaseId } from "../../src/plan/plan.ts";
import { journalPath } from "../../src/run/journal.ts";
import type { RunEventBody } from "../../src/run/run-event.ts";
import { bothMeshes, combinedRoots, exampleFolder, run } from "./run-meshferry.ts";

const [service, to] = [
  ["--only", "httpbin/a"],
  ["--to", "network"],
] as const;

/** A folder with the example's plan, and a journal in which a run has begun these phases. */
async function begun(...phases: readonly PhaseId[]): Promise<string> {
  const folder = exampleFolder();
  await run(folder, ["plan", "--no-rehearse", "--out", "plan", ...bothMeshes, ...combinedRoots]);
  const digest = createHash("sha256")
    .update(readFileSync(join(folder, "plan", "plan.json")))
    .digest("hex");
  const bodies: RunEventBody[] = [
    { type: "run-started", plan: `sha256:${digest}`, direction: "apply", by: "me", until: null, only: [] },
    ...phases.map((phase): RunEventBody => ({ type: "phase-started", phase })),
  ];
  const journal = journalPath(join(folder, "plan"));
  mkdirSync(join(journal, ".."), { recursive: true });
  const line = (body: RunEventBody, at: number) => `${JSON.stringify({ v: 1, seq: at + 1, at: "", ...body })}\n`;
  writeFileSync(journal, bodies.map(line).join(""));
  return folder;
}

test("refused behind retire-exports, and says how", async () => {
  const folder = await begun("import", "shift", "retire-exports");
  expect(await run(folder, ["undo", "plan", ...to, ...service])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--only does not go back over retire-exports[\s\S]*--to shift/u),
  });
});

test("before it, and for all services behind it, the clusters are asked for", async () => {
  const missing = { code: 2, stderr: expect.stringContaining("east") };
  const asked = await run(await begun("import", "shift"), ["undo", "plan", ...to, ...service]);
  expect(asked).toMatchObject(missing);
  expect(asked.stderr).not.toContain("--only");
  const all = await run(await begun("import", "shift", "retire-exports"), ["undo", "plan", ...to]);
  expect(all).toMatchObject(missing);
  expect(all.stderr).not.toContain("--only");
});
