// `npm run lab:ci` and `npm run lab:full`: builds what is missing, runs the lab's tests, and takes down every lab of theirs, however the run ends.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runBuild } from "./build/run-build.ts";
import { removeLab } from "./cluster/remove-lab.ts";
import { withPassingLock } from "./machine/lock.ts";
import { placesFrom } from "./machine/places.ts";
import { sayOnTerminal as say, stageMinutes } from "./machine/progress.ts";
import { LabTrouble } from "./machine/trouble.ts";
import { keepProof, readProof, standing } from "./proof/keep-proof.ts";
import { ageLine, countsText } from "./proof/proof.ts";
import { fullVariable } from "./tests/extent.ts";
import { fileMinutesVariable } from "./tests/file-minutes.ts";
import { testLabs } from "./tests/test-labs.ts";

const closing = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
const noTests = "0 passed, 1 failed, 0 skipped";

let tests: ChildProcess | null = null;
let interrupted: NodeJS.Signals | null = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    interrupted = signal;
    // A build may be ended anywhere: the next one takes up where it was.
    if (tests === null) endNow(signal);
    // With its workers, and not asked to end nicely: what they leave is taken down below all the same.
    else if (tests.pid !== undefined && tests.exitCode === null) process.kill(-tests.pid, "SIGKILL");
  });

function endNow(signal: string): never {
  process.stdout.write(`lab: ended by ${signal}\n${noTests}\n`);
  process.exit(1);
}

interface Wanted {
  readonly isFull: boolean;
  /** vitest's; any makes it less than a whole run. */
  readonly args: readonly string[];
}

/** Gives vitest's output on line by line, but keeps the last line until everything is cleaned up. */
async function runTests(
  { isFull, args }: Wanted,
  fileMinutes: string,
): Promise<{ readonly status: number; readonly last: string }> {
  const vitest = join(import.meta.dirname, "..", "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--config", "vitest.lab.config.ts", ...args], {
    env: { ...process.env, [fullVariable]: isFull ? "1" : "0", [fileMinutesVariable]: fileMinutes },
    stdio: ["ignore", "pipe", "inherit"],
    cwd: join(import.meta.dirname, ".."),
    // A group of its own: Ctrl-C at the terminal reaches this program only.
    detached: true,
  });
  tests = child;
  let rest = "";
  let last = "";
  const flush = (line: string) => {
    if (last !== "") process.stdout.write(`${last}\n`);
    last = line;
  };
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) flush(line);
  });
  const status = await new Promise<number>((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code) => resolve(code ?? 1));
  });
  if (rest !== "") flush(rest);
  return { status, last };
}

async function cleanUp(): Promise<void> {
  for (const name of await readdir(testLabs).catch(() => []))
    if (await removeLab(join(testLabs, name))) say(`lab: took down ${name}, which the tests left`);
  await rmdir(testLabs).catch(() => {});
}

async function main(args: readonly string[]): Promise<number> {
  if (process.getuid?.() !== 0)
    throw new LabTrouble("lab:ci needs root", "it installs packages and makes namespaces", "run it as root");
  const begun = Date.now();
  say("== lab build");
  await runBuild(placesFrom(process.env), say);
  say(stageMinutes("lab build", begun));
  say("== lab tests");
  const wait = () => say("lab: another lab:ci of this checkout is running; waiting for it");
  return withPassingLock(`${testLabs}.lock`, wait, async () =>
    testAndCleanUp({ isFull: args.includes("--full"), args: args.filter((word) => word !== "--full") }),
  );
}

async function testAndCleanUp(wanted: Wanted): Promise<number> {
  const begun = Date.now();
  const scratch = await mkdtemp(join(tmpdir(), "lab-ci-"));
  try {
    const fileMinutes = join(scratch, "minutes.json");
    const { status, last } = await runTests(wanted, fileMinutes);
    await cleanUp();
    const counts = countsIn(last, status);
    if (counts === null) {
      say(
        `${last}\n${interrupted === null ? "lab: the tests ended without a result" : "lab: interrupted"}\n${noTests}`,
      );
      return status === 0 ? 1 : status;
    }
    if (wanted.isFull && wanted.args.length === 0 && interrupted === null) {
      const minutesByFile = JSON.parse(await readFile(fileMinutes, "utf8")) as Record<string, number>;
      const seed = process.env["MESHFERRY_LAB_SEED"] ?? null;
      say(`lab: the result is in ${await keepProof({ ...counts, begun, minutesByFile, seed })}`);
    }
    const proof = await readProof();
    say(`lab: ${ageLine(proof, await standing(proof))}`);
    say(countsText(counts));
    return status;
  } finally {
    await cleanUp();
    await rm(scratch, { recursive: true });
  }
}

/** Null when the line is none. vitest counts tests alone: a lab that does not start has none that failed. */
function countsIn(line: string, status: number) {
  const [, passed, failed, skipped] = closing.exec(line)?.map(Number) ?? [];
  if (passed === undefined || failed === undefined || skipped === undefined) return null;
  if (status === 0 || failed > 0) return { passed, failed, skipped };
  say(`lab: the tests ended with status ${status} although no test failed`);
  return { passed, failed: 1, skipped };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`lab: ${error instanceof LabTrouble ? error.message : String(error)}\n`);
  say(noTests);
  process.exitCode = 1;
}
