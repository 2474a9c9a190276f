// Times the rehearsal within `meshferry plan --out`, as a whole process over the meshes of bench/plan.ts: what it takes longer than
// `--no-rehearse`, and the peak memory; and what was looked at. Run as `npx tsx bench/rehearse.ts [SERVICES] [MESHES]` after `npm run build`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { generateMeshes } from "./generate-meshes.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
// The child says at its end how much memory it had at most (kilobytes, getrusage).
const sayMemory = "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";

const services = Number(process.argv[2] ?? 100);
const meshes = Number(process.argv[3] ?? 10);
const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));

function timed(args: readonly string[]): { readonly seconds: number; readonly said: string } {
  const started = performance.now();
  const child = spawnSync(process.execPath, ["--import", sayMemory, main, ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) throw new Error(`meshferry ended with ${child.status}: ${child.stderr}`);
  return { seconds: (performance.now() - started) / 1_000, said: child.stderr };
}

try {
  const made = generateMeshes(folder, { meshes, services, namespaces: Math.min(50, services) });
  const flags = made.flatMap((mesh) => ["--mesh", mesh]);
  const without = timed(["plan", "--no-rehearse", ...flags, "--out", join(folder, "without")]);
  const out = join(folder, "out");
  const whole = timed(["plan", ...flags, "--out", out]);
  const { steps, states, evaluated } = JSON.parse(readFileSync(join(out, "rehearsal.json"), "utf8"));
  const pairs = /rehearsed: ([\d,]+) pair/u.exec(whole.said)?.[1];
  const megabytes = Number(/peak (\d+)\s*$/u.exec(whole.said)?.[1] ?? Number.NaN) / 1_024;
  process.stdout.write(
    `${meshes} meshes × ${services} services: rehearsal ${(whole.seconds - without.seconds).toFixed(1)} s of ` +
      `${whole.seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB; ` +
      `${steps} steps, ${pairs} pairs, ${states} states, ${evaluated} pairs evaluated\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
