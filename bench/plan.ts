// Times `meshferry plan --no-rehearse --out` as a whole process over generated meshes: median seconds and peak memory of several runs.
// Run as `npx tsx bench/plan.ts [SERVICES] [RUNS]` after `npm run build`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countWrites } from "./count-writes.ts";
import { generateMeshes } from "./generate-meshes.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
// The child says at its end how much memory it had at most (kilobytes, getrusage).
const sayMemory = "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";

const services = Number(process.argv[2] ?? 1_000);
const runs = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
try {
  const meshes = generateMeshes(folder, { meshes: 10, services, namespaces: 50 });
  const measured = Array.from({ length: runs }, (_, run) => {
    const out = join(folder, `out-${run}`);
    const flags = meshes.flatMap((mesh) => ["--mesh", mesh]);
    const started = performance.now();
    const child = spawnSync(
      process.execPath,
      ["--import", sayMemory, main, "plan", "--no-rehearse", ...flags, "--out", out],
      {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      },
    );
    const seconds = (performance.now() - started) / 1_000;
    if (child.status !== 0) throw new Error(`plan ended with ${child.status}: ${child.stderr}`);
    const writes = countWrites(readFileSync(join(out, "plan.json"), "utf8"));
    rmSync(out, { recursive: true });
    return { writes, seconds, megabytes: Number(/peak (\d+)\s*$/u.exec(child.stderr)?.[1] ?? Number.NaN) / 1_024 };
  });
  const median = (values: readonly number[]): number =>
    [...values].sort((left, right) => left - right)[values.length >> 1] ?? 0;
  const seconds = median(measured.map((each) => each.seconds));
  const megabytes = median(measured.map((each) => each.megabytes));
  process.stdout.write(
    `10 meshes × ${services} services: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB (median of ${runs})\n` +
      `at most ${measured[0]?.writes.mostPerEntry} writes of a ServiceEntry, ${measured[0]?.writes.mostWaves} waves\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
