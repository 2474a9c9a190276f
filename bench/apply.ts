// Times `meshferry apply` of many objects at a real API server beside `kubectl apply --server-side`, as one process and as eight,
// and says what server, etcd and client used of the machine's processors and which requests the server answered.
// Needs a built lab and root, and says so where there is none. Run as `npx tsx bench/apply.ts [OBJECTS]` after `npm run build`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kubectlCommand } from "../lab/cluster/kubectl.ts";
import { cleanEnvironment } from "../lab/node/namespaces.ts";
import { type BenchCluster, benchCluster, cpuOfEnded } from "./apply-cluster.ts";
import { manifestFolders, objectsIn, planFolderOf } from "./apply-objects.ts";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const count = Number(process.argv[2] ?? 10_000);
const processes = 8;

const bench = await benchCluster();
if (bench === null) process.stdout.write("skipped: no lab is built here, or this is not root (npm run lab -- build)\n");
else {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-bench-"));
  try {
    await compare(bench, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await bench.end();
  }
}

async function compare(at: BenchCluster, folder: string): Promise<void> {
  const kubectl = (...folders: readonly string[]) =>
    folders.map((each) => kubectlCommand(at.built, at.cluster, ["apply", "--server-side", "-f", each]));
  const meshferry = (plan: string): [string, string[]][] => {
    const clusters = ["--mesh", `bench=context:${at.cluster.name}`, "--kubeconfig", at.cluster.kubeconfig];
    return [[process.execPath, [main, "apply", plan, "--without-rehearsal", ...clusters]]];
  };
  // The server's first requests are slower: nobody's count.
  await namespace(at, "warm");
  await ran(kubectl(...manifestFolders(join(folder, "warm"), objectsIn("warm", 200), 1)));

  await namespace(at, "ours");
  const ours = planFolderOf(join(folder, "ours"), "bench", objectsIn("ours", count));
  const applied = await measured(at, "meshferry apply", meshferry(ours));
  await demandAll(at, "ours");
  const again = await measured(at, "meshferry apply again, nothing to do", meshferry(ours));
  const changed = planFolderOf(join(folder, "changed"), "bench", objectsIn("ours", count, "till"));
  await measured(at, "meshferry apply, every object changed", meshferry(changed));

  await namespace(at, "one");
  const one = await measured(
    at,
    "kubectl apply --server-side -f DIR",
    kubectl(...manifestFolders(join(folder, "one"), objectsIn("one", count), 1)),
  );
  await demandAll(at, "one");
  await namespace(at, "eight");
  const folders = manifestFolders(join(folder, "eight"), objectsIn("eight", count), processes);
  const eight = await measured(at, `${processes} of them side by side`, kubectl(...folders));
  await demandAll(at, "eight");

  process.stdout.write(
    `meshferry beside one kubectl: ${(applied.perSecond / one.perSecond).toFixed(1)} x, beside ${processes}: ${(applied.perSecond / eight.perSecond).toFixed(2)} x; writes of the second apply: ${again.writes}\n`,
  );
}

interface Measured {
  readonly perSecond: number;
  readonly writes: number;
}

async function measured(
  at: BenchCluster,
  what: string,
  commands: readonly (readonly [string, string[]])[],
): Promise<Measured> {
  const [before, cpuBefore, ended] = [await at.answered(), at.cpu(), cpuOfEnded()];
  const started = performance.now();
  await ran(commands);
  const seconds = (performance.now() - started) / 1_000;
  const [after, cpu, own] = [await at.answered(), at.cpu(), cpuOfEnded() - ended];
  const asked = [...after]
    .map(([key, times]) => [key, times - (before.get(key) ?? 0)] as const)
    .filter(([key, times]) => times > 0 && / (?:serviceentries|workloadentries)$/u.test(key));
  const share = (used: number): string => `${((used / seconds / cpus().length) * 100).toFixed(0)} %`;
  const [server, etcd] = [cpu.server - cpuBefore.server, cpu.etcd - cpuBefore.etcd];
  process.stdout.write(
    `${what}: ${count} objects in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)}/s; of ${cpus().length} processors server ${share(server)}, etcd ${share(etcd)}, both ${share(server + etcd)}, client ${share(own)}; ${asked.map(([key, times]) => `${times} ${key}`).join(", ")}\n`,
  );
  const writes = asked.filter(([key]) => !/^(?:GET|LIST|WATCH) /u.test(key)).reduce((sum, [, times]) => sum + times, 0);
  return { perSecond: count / seconds, writes };
}

/** All side by side; each has to end well. */
async function ran(commands: readonly (readonly [string, string[]])[]): Promise<void> {
  await Promise.all(
    commands.map(async ([program, words]) => {
      const child = spawn(program, words, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...cleanEnvironment },
      });
      let said = "";
      child.stderr.on("data", (data: Buffer) => (said = `${said}${data.toString("utf8")}`.slice(-2_000)));
      const [status] = (await once(child, "close")) as [number | null];
      if (status !== 0) throw new Error(`${program} ${words.slice(0, 4).join(" ")} ended with ${status}: ${said}`);
    }),
  );
}

async function namespace({ api }: BenchCluster, name: string): Promise<void> {
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

async function demandAll({ api }: BenchCluster, name: string): Promise<void> {
  const kinds = ["ServiceEntry", "WorkloadEntry"].map((kind) => ({ apiVersion: "networking.istio.io/v1beta1", kind }));
  const lists = await Promise.all(kinds.map(async (kind) => api.list(kind, { namespace: name })));
  const there = lists.reduce((sum, { items }) => sum + items.length, 0);
  if (there !== count) throw new Error(`${there} of ${count} objects are in ${name}`);
}
