// Times the rehearsal alone, over the meshes of bench/plan.ts, and counts what it looks at.
// Run as `npx tsx bench/rehearse.ts [SERVICES] [MESHES]`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defaultConfig } from "../src/config/config.ts";
import { clusterId } from "../src/core/ids.ts";
import { findingMessage } from "../src/findings/finding-message.ts";
import { DEFAULT_MAX_FILE_SIZE_BYTES, readFiles } from "../src/kube/sources/files/read-files.ts";
import { examine, makePlan } from "../src/pipeline.ts";
import { rehearse } from "../src/rehearsal/rehearse.ts";
import { generateMeshes } from "./generate-meshes.ts";

const services = Number(process.argv[2] ?? 100);
const meshes = Number(process.argv[3] ?? 10);
const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
try {
  const made = generateMeshes(folder, { meshes, services, namespaces: Math.min(50, services) });
  const inputs = await Promise.all(
    made.map((mesh) => {
      const [name = "", path = ""] = mesh.split("=");
      return readFiles(clusterId(name), [path], { maxFileSizeBytes: DEFAULT_MAX_FILE_SIZE_BYTES, cwd: folder });
    }),
  );
  const plan = makePlan(examine(inputs, defaultConfig), defaultConfig);
  const started = performance.now();
  const { counts, pairs, refused } = rehearse(plan, inputs, { pairs: [], runners: [] }, { hash: "" });
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(
    `${meshes} meshes × ${services} services: ${seconds.toFixed(1)} s, ${(process.resourceUsage().maxRSS / 1_024).toFixed(0)} MB; ` +
      `${counts.steps} steps, ${pairs.length} pairs, ${counts.states} states, ${counts.evaluated} pairs evaluated\n`,
  );
  for (const finding of refused) process.stdout.write(`${finding.code} ${findingMessage(finding)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
