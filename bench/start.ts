// Times `meshferry --help` against Node that does nothing, in turns: the difference is what starting the command line costs.
// Run as `npx tsx bench/start.ts [RUNS]` after `npm run build`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const runs = Number(process.argv[2] ?? 21);

const bare: number[] = [];
const help: number[] = [];
for (let run = 0; run < runs; run += 1) {
  bare.push(timed("-e", "0"));
  help.push(timed(main, "--help"));
}
const difference = median(help.map((each, at) => each - (bare[at] ?? 0)));
process.stdout.write(
  `--help: ${median(help).toFixed(0)} ms, bare Node: ${median(bare).toFixed(0)} ms, difference: ${difference.toFixed(0)} ms (medians of ${runs})\n`,
);

function timed(...words: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const time = performance.now() - started;
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status}: ${stderr}`);
  return time;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
