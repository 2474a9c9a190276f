// One run of a plan folder against a lab cluster, in this process or, to be killed, in one of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ClusterId, clusterId } from "../../src/core/ids.ts";
import type { Hash } from "../../src/core/hash.ts";
import { openCluster } from "../../src/kube/live/open-cluster.ts";
import { until } from "../../src/observe/until.ts";
import type { PhaseId, Plan } from "../../src/plan/plan.ts";
import { type JournalWriter, openJournal } from "../../src/run/journal.ts";
import type { Direction, RunEvent } from "../../src/run/run-event.ts";
import type { RunResult } from "../../src/run/run-plan.ts";
import { phasesBehind, phasesUntil } from "../../src/run/selection.ts";
import { run, type RunRequest } from "../../src/run/session.ts";
import { clockVariable } from "./shifted-clock.ts";

export const planHash: Hash = `sha256:${"5".repeat(64)}`;

/** What a process of its own is told. */
export interface LiveRun {
  readonly folder: string;
  readonly plan: Plan;
  readonly cluster: ClusterId;
  readonly kubeconfig: string;
  readonly direction?: Direction;
  /** Of an apply the last phase, of an undo the last that stays. */
  readonly phase?: PhaseId | null;
  readonly takeOver?: boolean;
  readonly leaseSeconds?: number;
  /** The process kills itself once so many records of this run are on disk. */
  readonly killAfter?: number;
}

export interface LiveResult extends RunResult {
  readonly told: readonly RunEvent[];
}

export async function liveRun(live: LiveRun, more: Partial<RunRequest> = {}): Promise<LiveResult> {
  const { folder, plan, cluster, direction = "apply", phase = null, takeOver = true, leaseSeconds } = live;
  const { client } = await openCluster(
    { id: cluster, context: null, kubeconfigs: [live.kubeconfig] },
    { env: {}, cwd: "/" },
  );
  const clients = new Map([[cluster, client]]);
  const told: RunEvent[] = [];
  try {
    const result = await run({
      folder,
      plan,
      hash: planHash,
      direction,
      phases: direction === "apply" ? phasesUntil(plan, phase) : phasesBehind(plan, phase),
      whole: true,
      until: phase,
      only: [],
      clients,
      waitUntil: async (condition, options) => until(condition, { plan, clients }, options),
      confirm: async () => true,
      allowGitOpsOwned: false,
      drainTimeoutMs: null,
      takeOver,
      holder: `test, process ${process.pid}, ${Math.random()}`,
      signal: new AbortController().signal,
      listeners: [(event) => told.push(event)],
      ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
      ...(live.killAfter === undefined ? {} : { journal: killing(live.killAfter) }),
      ...more,
    });
    return { ...result, told };
  } finally {
    await client.close();
  }
}

/** SIGKILL comes from within, right behind the sync of a record: as late as the outside could only hit by luck. */
function killing(after: number): (folder: string) => JournalWriter {
  return (folder) => {
    const journal = openJournal(folder);
    let records = 0;
    return {
      append: async (event) => {
        await journal.append(event);
        records += 1;
        if (records === after) process.kill(process.pid, "SIGKILL");
      },
      close: () => journal.close(),
    };
  };
}

/** What a process of its own has found, in its folder. */
export const resultFile = "result.json";

/** Runs it in a process of its own; the signal that ended it, or its exit code. `clockMinutes`: how far its clock is ahead. */
export async function runInProcess(live: LiveRun, clockMinutes = 0): Promise<string | number> {
  const told = join(live.folder, "told.json");
  writeFileSync(told, JSON.stringify(live));
  const here = (path: string) => new URL(path, import.meta.url);
  const imports = ["../../node_modules/tsx/dist/loader.mjs", "shifted-clock.ts"].flatMap((path) => [
    "--import",
    pathToFileURL(fileURLToPath(here(path))).href,
  ]);
  const child = spawn(process.execPath, [...imports, fileURLToPath(here("live-run-process.ts")), told], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, [clockVariable]: String(clockMinutes) },
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? code ?? -1;
}

export const east: ClusterId = clusterId("east");
