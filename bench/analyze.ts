// Times `meshferry check` over all meshes against `istioctl analyze`, which sees one cluster at a time, over the same manifests, in turns.
// Says so and ends where there is no istioctl on the PATH. Run as `npx tsx bench/analyze.ts [SERVICES] [RUNS]` after `npm run build`.
// What istioctl 1.28.3 was seen to do: of a List of several objects it reports nothing, so every object is a document of its own;
// without --all-namespaces it reports the namespace "default" alone; 1.28 takes the word behind --recursive for its value.
// Each mesh has one VirtualService that names a gateway which is not there: proof that analyze has looked.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateMeshes } from "./generate-meshes.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const services = Number(process.argv[2] ?? 1_000);
const runs = Number(process.argv[3] ?? 5);

const mistake = {
  apiVersion: "networking.istio.io/v1beta1",
  kind: "VirtualService",
  metadata: { name: "mistake", namespace: "team-0" },
  spec: {
    hosts: ["mistake.example.com"],
    gateways: ["nowhere"],
    http: [{ route: [{ destination: { host: "nowhere.example.com" } }] }],
  },
};

const version = spawnSync("istioctl", ["version", "--remote=false", "--short"], { encoding: "utf8" });
if (version.status === 0) compare(version.stdout.trim());
else process.stdout.write("skipped: no istioctl on the PATH\n");

function compare(istioctl: string): void {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
  try {
    const meshes = generateMeshes(folder, { meshes: 10, services, namespaces: 50 }, "documents");
    for (const mesh of meshes) writeFileSync(join(pathOf(mesh), "mistake.yaml"), JSON.stringify(mistake));
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      // Both say with their exit code what they found: 1 a finding blocks, 79 any (istioctl's ExitAnalyzerFoundIssues, read in source).
      const flags = meshes.flatMap((mesh) => ["--mesh", mesh]);
      ours.push(timed([0, 1], "Checks", process.execPath, main, "check", ...flags));
      // --use-kube=false keeps istioctl from asking a cluster.
      const each = meshes.map((mesh) =>
        timed([79], "IST0101", "istioctl", "analyze", "--use-kube=false", "--all-namespaces", pathOf(mesh)),
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

/** Seconds; the command has to end with one of the codes and to print the text. */
function timed(codes: readonly number[], says: string, command: string, ...words: readonly string[]): number {
  const started = performance.now();
  const { status, signal, stdout } = spawnSync(command, words, { encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1_000;
  if (status === null || !codes.includes(status) || !stdout.includes(says))
    throw new Error(`${command} ended with ${status ?? signal}: ${words.slice(0, 4).join(" ")}`);
  return seconds;
}

function pathOf(mesh: string): string {
  return mesh.slice(mesh.indexOf("=") + 1);
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
