// A cluster of the lab to write to, and what its API server and etcd have used and answered.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { KubeApi } from "../lab/api/kube-api.ts";
import { type Built, runBuild } from "../lab/build/run-build.ts";
import { down } from "../lab/cluster/down.ts";
import type { LabCluster } from "../lab/cluster/lab-cluster.ts";
import { up } from "../lab/cluster/up.ts";
import { labsFolder, placesFrom } from "../lab/machine/places.ts";
import { labCrds } from "../lab/mesh/lab-crds.ts";
import { markedProcesses, processesAround } from "../lab/node/lab-processes.ts";

export interface BenchCluster {
  readonly api: KubeApi;
  readonly cluster: LabCluster;
  readonly built: Built;
  /** Seconds of a processor that both have used until now. */
  cpu(): { readonly server: number; readonly etcd: number };
  /** Requests that the server has answered, by verb and resource. */
  answered(): Promise<ReadonlyMap<string, number>>;
  end(): Promise<void>;
}

const state = join(labsFolder, "bench-apply");

/** null: the lab is not built here, and building takes half an hour. */
export async function benchCluster(): Promise<BenchCluster | null> {
  const places = { ...placesFrom(process.env), state };
  if (process.getuid?.() !== 0 || !isBuilt(places.cache)) return null;
  const quiet = () => {};
  const built = await runBuild(places, quiet);
  await down(state, quiet);
  const lab = await up(["bench"], { ...places, built, say: quiet, crds: await labCrds(built) });
  const [cluster] = lab.clusters;
  if (cluster === undefined) throw new Error("a lab without clusters");
  const api = await KubeApi.open(cluster.kubeconfig);
  const server = await processOf("kube-apiserver");
  const etcd = await processOf("etcd");
  return {
    api,
    cluster,
    built,
    cpu: () => ({ server: cpuOf(server), etcd: cpuOf(etcd) }),
    answered: async () => requestsIn(await api.text("GET", "/metrics")),
    end: async () => {
      await api.close();
      await down(state, quiet);
    },
  };
}

function isBuilt(cache: string): boolean {
  try {
    const parts = readdirSync(join(cache, "bin"));
    return ["kube-apiserver-", "kubelet-", "kubectl-"].every((part) => parts.some((each) => each.startsWith(part)));
  } catch {
    return false;
  }
}

async function processOf(program: string): Promise<number> {
  const first = await markedProcesses(state);
  const all = (await Promise.all(first.map(async ({ pid }) => processesAround(pid)))).flat();
  const found = all.find(({ args }) => args[0]?.endsWith(`/${program}`));
  if (found === undefined) throw new Error(`no ${program} runs`);
  return found.pid;
}

/** Clock ticks are hundredths of a second on Linux. */
const ticks = 100;

function cpuOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Seconds of a processor that programs have used which this one has started, and which have ended. */
export function cpuOfEnded(): number {
  const fields = statOf(process.pid);
  return (Number(fields[13]) + Number(fields[14])) / ticks;
}

/** What follows the program's name (proc(5)): the third field is the first of these. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(") ") + 2).split(" ");
}

function requestsIn(metrics: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of metrics.split("\n")) {
    const match = /^apiserver_request_total\{(.*)\} ([\d.e+]+)$/u.exec(line);
    if (match === null) continue;
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`, "u").exec(match[1] ?? "")?.[1] ?? "";
    const key = `${label("verb")} ${label("resource")}`;
    found.set(key, (found.get(key) ?? 0) + Number(match[2]));
  }
  return found;
}
