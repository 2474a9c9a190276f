// Times `meshferry check` over all meshes against `istioctl analyze`, which sees one cluster at a time, over the same manifests, in turns.
// Says so and ends where there is no istioctl on the PATH. Run as `npx tsx bench/analyze.ts [SERVICES] [RUNS]` after `npm run build`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateMeshes } from "./generate-meshes.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const services = Number(process.argv[2] ?? 1_000);
const runs = Number(process.argv[3] ?? 5);

const version = spawnSync("istioctl", ["version", "--remote=false", "--short"], { encoding: "utf8" });
if (version.status === 0) compare(version.stdout.trim());
else process.stdout.write("skipped: no istioctl on the PATH\n");

function compare(istioctl: string): void {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
  try {
    const meshes = generateMeshes(folder, { meshes: 10, services, namespaces: 50 });
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      ours.push(timed([0, 1], process.execPath, main, "check", ...meshes.flatMap((mesh) => ["--mesh", mesh])));
      // Folders are read as they are (with --recursive, 1.28 reads nothing); --use-kube=false keeps istioctl from asking a cluster.
      const each = meshes.map((mesh) =>
        timed([0, 79], "istioctl", "analyze", "--use-kube=false", mesh.slice(mesh.indexOf("=") + 1)),
      );
      theirs.push(each.reduce((sum, time) => sum + time, 0));
    }
    const ratio = median(theirs.map((each, at) => each / (ours[at] ?? Number.NaN)));
    process.stdout.write(
      `10 meshes × ${services} services: check ${median(ours).toFixed(1)} s, istioctl ${istioctl} analyze ${median(theirs).toFixed(1)} s, ratio ${ratio.toFixed(1)} (medians of ${runs})\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(codes: readonly number[], command: string, ...words: readonly string[]): number {
  const started = performance.now();
  const { status, signal } = spawnSync(command, words, { stdio: "ignore" });
  // Both say with their exit code that there are findings (79: Istio, istioctl's ExitAnalyzerFoundIssues, read in source).
  if (status === null || !codes.includes(status))
    throw new Error(`${command} ended with ${status ?? signal}: ${words.slice(0, 4).join(" ")}`);
  return (performance.now() - started) / 1_000;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
