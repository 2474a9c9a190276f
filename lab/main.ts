// The lab's command: words in, a call, an exit code.
import process from "node:process";
import { runBuild } from "./build/run-build.ts";
import { type Calibration, calibrate } from "./calibration/calibrate.ts";
import { down } from "./cluster/down.ts";
import { status, statusLines } from "./cluster/status.ts";
import { up } from "./cluster/up.ts";
import { orAborted } from "./machine/or-aborted.ts";
import { type Places, placesFrom } from "./machine/places.ts";
import { sayOnTerminal as say, timed } from "./machine/progress.ts";
import { LabTrouble } from "./machine/trouble.ts";
import { labCrds } from "./mesh/lab-crds.ts";
import { importedQuestions, ownQuestions, showAnswers } from "./mesh/show-answers.ts";
import { upMesh } from "./mesh/up-mesh.ts";
import { withLaunchedStandIn } from "./ossm2/launch-stand-in.ts";
import { federate } from "./ossm2/start-federation.ts";
import { viewsConfig } from "./ossm2/views-for-users.ts";

const usage = `Usage: npm run lab -- build | up [--clusters N | --mesh] | status | down | calibrate [--cases N] [--seed S]

  build    compiles, installs and packs what the lab needs and lacks (Debian 12, Go, Python)
  up       builds what is missing and starts N clusters (1), named mesh-1, mesh-2, ...; with --mesh two clusters,
           east and west, with federated meshes and sample apps
  status   says what runs, and where its kubeconfigs are
  down     takes the lab down and leaves nothing of it
  calibrate  runs N drawn cases (300) of a seed (1) on a lab of its own, and holds the rehearsal's model against what
           real clients see; the result of 300 or more is written to docs/proof/calibration.md

All of it needs root. MESHFERRY_LAB_CACHE and MESHFERRY_LAB_STATE name other folders for what is built and what runs.
`;

async function main(args: readonly string[]): Promise<number> {
  const places = placesFrom(process.env);
  const run = commandFor(args, places);
  if (run === null) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0)
    throw new LabTrouble("the lab needs root", "it installs packages and makes namespaces", "run it as root");
  return run();
}

function commandFor([word, ...rest]: readonly string[], places: Places): (() => Promise<number>) | null {
  if (word === "up" && rest.length === 1 && rest[0] === "--mesh") return async () => runUpMesh(places);
  const clusters = word === "up" ? clusterCount(rest) : null;
  if (clusters !== null) return async () => runUp(places, clusters);
  const wanted = word === "calibrate" ? calibrationOf(rest) : null;
  if (wanted !== null) return async () => runCalibrate(places, wanted);
  if (rest.length > 0) return null;
  if (word === "build") return async () => done(runBuild(places, say));
  if (word === "down") return async () => done(down(places.state, say));
  return word === "status" ? async () => runStatus(places) : null;
}

function clusterCount(rest: readonly string[]): number | null {
  if (rest.length === 0) return 1;
  const [flag, value = ""] = rest;
  return rest.length === 2 && flag === "--clusters" && /^[1-9]\d?$/.test(value) ? Number(value) : null;
}

function calibrationOf(rest: readonly string[]): Calibration | null {
  const given = new Map<string, number>();
  for (let at = 0; at < rest.length; at += 2) {
    const [flag = "", value = ""] = rest.slice(at);
    if (!["--cases", "--seed"].includes(flag) || !/^[1-9]\d{0,5}$/u.test(value)) return null;
    given.set(flag, Number(value));
  }
  const cases = given.get("--cases") ?? 300;
  return { cases, seed: given.get("--seed") ?? 1, keep: cases >= 300 };
}

async function runCalibrate(places: Places, wanted: Calibration): Promise<number> {
  const built = await runBuild(places, say);
  return (await calibrate(places, built, wanted, { say, signal: untilInterrupted("calibrate") })) ? 0 : 1;
}

async function done(work: Promise<unknown>): Promise<number> {
  await work;
  return 0;
}

async function runUp(places: Places, clusters: number): Promise<number> {
  const built = await runBuild(places, say);
  const names = Array.from({ length: clusters }, (_, index) => `mesh-${index + 1}`);
  await up(names, { ...places, built, say, signal: untilInterrupted("up"), crds: await labCrds(built) });
  return runStatus(places);
}

async function runUpMesh(places: Places): Promise<number> {
  const built = await runBuild(places, say);
  const signal = untilInterrupted("up");
  const meshes = await upMesh({ ...places, built, say, signal, named: true });
  const { lab, start } = meshes;
  const federated = timed(say, "federation", async () => withLaunchedStandIn(lab, async () => federate(lab, start)));
  await orAborted(signal, federated);
  const questions = [...ownQuestions(meshes), ...importedQuestions(meshes)];
  const answered = await orAborted(signal, showAnswers(meshes, built, questions, say));
  const running = await runStatus(places);
  say(`to try a migration: meshferry plan --config ${viewsConfig(lab)} --out plan`);
  return answered ? running : 1;
}

/** `what`: the command that is interrupted. */
function untilInterrupted(what: string): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interrupted.abort(new LabTrouble(`${what} was interrupted`, signal, "run it again")));
  return interrupted.signal;
}

async function runStatus({ state }: Places): Promise<number> {
  const clusters = await status(state);
  for (const line of statusLines(state, clusters)) say(line);
  return clusters?.every(({ ready, missing }) => ready && missing.length === 0) === true ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`lab: ${error instanceof LabTrouble ? error.message : String(error)}\n`);
  // Not only an exit code: work that nobody waits for any more may be under way.
  process.exit(1);
}
