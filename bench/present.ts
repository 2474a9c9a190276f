// How long everything after the plan takes: view model, drawing, folder texts, writing. Prints a line per size, median of 5.
// Use: npx tsx bench/present.ts [RUNS]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFolder } from "../src/cli/write-folder.ts";
import { defaultConfig } from "../src/config/config.ts";
import type { ClusterInput } from "../src/core/cluster.ts";
import { clusterId } from "../src/core/ids.ts";
import { readFiles } from "../src/kube/sources/files/read-files.ts";
import { examine, makePlan } from "../src/pipeline.ts";
import { planFiles } from "../src/present/folder/plan-folder.ts";
import { planView, stepContext } from "../src/present/model/plan-view.ts";
import { paint } from "../src/present/text/paint.ts";
import { planText } from "../src/present/text/plan-text.ts";
import { generateMeshes, type MeshesSize } from "./generate-meshes.ts";

type Station = "view" | "text" | "folder" | "write";

const sizes: readonly MeshesSize[] = [
  { meshes: 10, services: 1000, namespaces: 50 },
  { meshes: 10, services: 2000, namespaces: 50 },
];

const runs = Number(process.argv[2] ?? 5);

for (const size of sizes) await measure(size);

async function measure(size: MeshesSize): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
  try {
    const inputs: ClusterInput[] = [];
    for (const argument of generateMeshes(join(work, "in"), size)) {
      const [name = "", path = ""] = argument.split("=");
      inputs.push(await readFiles(clusterId(name), [path], { cwd: work }));
    }
    const examination = examine(inputs, defaultConfig);
    const plan = makePlan(examination, defaultConfig);
    const times: Record<Station, number>[] = [];
    let about = "";
    for (let run = 0; run < runs; run += 1) {
      const time: Record<Station, number> = { view: 0, text: 0, folder: 0, write: 0 };
      const timed = <T>(station: Station, act: () => T): T => {
        const start = performance.now();
        const result = act();
        time[station] = performance.now() - start;
        return result;
      };
      const view = timed("view", () => planView(plan, examination.inventory));
      timed("text", () => planText(view, paint(100, false)).join("\n"));
      const files = timed("folder", () =>
        planFiles(plan, examination.inventory, view, stepContext(plan, examination.inventory)),
      );
      timed("write", () => writeFolder(join(work, `out-${run}`), files));
      times.push(time);
      const bytes = [...files.keys()].reduce((sum, path) => sum + statSync(join(work, `out-${run}`, path)).size, 0);
      about = `${files.size} files, ${Math.round(bytes / 1e6)} MB`;
      rmSync(join(work, `out-${run}`), { recursive: true });
    }
    const total = (time: Record<Station, number>): number => time.view + time.text + time.folder + time.write;
    const stations: readonly Station[] = ["view", "text", "folder", "write"];
    const each = stations.map((station) => `${station} ${median(times.map((time) => time[station]))}`).join(", ");
    process.stdout.write(
      `${size.meshes} × ${size.services}: ${median(times.map(total))} ms (${each}); ${about}; at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB of memory\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
