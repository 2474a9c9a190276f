// Starts a lab: removes what a killed start left, starts the clusters, and takes all down again when one fails.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Manifest } from "../api/live-object.ts";
import type { Built } from "../build/run-build.ts";
import { raiseLimits } from "../machine/kernel-limits.ts";
import { withPassingLock } from "../machine/lock.ts";
import { labFolder, labsFolder, labTag } from "../machine/places.ts";
import { type Say, timed } from "../machine/progress.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { mostClusters } from "../network/address-plan.ts";
import { startFabric } from "../network/fabric.ts";
import { markedProcesses } from "../node/lab-processes.ts";
import { launch } from "../node/namespaces.ts";
import { etcdTemplate } from "./etcd-template.ts";
import { imageTemplate } from "./image-template.ts";
import { findLab, type Lab, type LabCluster, writeLab } from "./lab-cluster.ts";
import { claimFolder, removeLab } from "./remove-lab.ts";
import { namespaceOptions, type Site } from "./site.ts";
import { startCluster, startNode } from "./start-cluster.ts";

export interface UpOptions {
  /** The lab's state folder. */
  readonly state: string;
  readonly cache: string;
  readonly built: Built;
  readonly say: Say;
  /** Ends a start half-way, which is then taken down. */
  readonly signal?: AbortSignal;
  /** In every cluster from the start on. */
  readonly crds?: readonly Manifest[];
}

/** One up or down of a lab at a time. */
export async function withLabLock<T>(state: string, say: Say, work: () => Promise<T>): Promise<T> {
  const wait = () => say("lab: another up or down of this lab is running; waiting for it");
  return withPassingLock(join(labsFolder, `${labTag(state)}.lock`), wait, work);
}

export async function up(names: readonly string[], options: UpOptions): Promise<Lab> {
  const { state, cache, built, say, signal = new AbortController().signal, crds = [] } = options;
  checkNames(names);
  const site: Site = { state, cache, built, say, signal };
  return withLabLock(state, say, async () => {
    if (await isUp(state, built))
      throw new LabTrouble(`a lab is up in ${state}`, "one lab per state folder", "npm run lab -- down");
    if (await removeLab(state)) say("lab: removed what an earlier lab left");
    try {
      await claimFolder(state);
      await raiseLimits();
      return await timed(say, `up ${names.join(", ")}`, async () => start(site, names, crds));
    } catch (error) {
      await timed(say, "taking it down again", async () => removeLab(state));
      throw error;
    }
  });
}

/** Noted as whole, and the first process of each of its parts runs. */
async function isUp(state: string, built: Built): Promise<boolean> {
  const lab = await findLab(state);
  if (lab === null) return false;
  const first = (await markedProcesses(state)).filter(({ args }) => args[0] === built.binaries["node-init"]);
  const running = new Set(first.map(({ args }) => args[2]));
  return ["fabric", ...lab.clusters.map(({ name }) => name)].every((name) => running.has(name));
}

async function start(site: Site, names: readonly string[], crds: readonly Manifest[]): Promise<Lab> {
  const fabric = await startFabric(namespaceOptions(site, "fabric"), names.length);
  const nodes = await all(names.map(async (name, index) => startNode(site, fabric, name, index + 1)));
  const [first] = nodes;
  if (first === undefined) throw new LabTrouble("no clusters", "none was asked for", "ask for one at least");
  const templates = { etcd: await etcdTemplate(site, first, crds), images: await imageTemplate(site, first) };
  const clusters = await all(
    nodes.map(async (node) =>
      timed(site.say, `${node.name} is Ready`, async () => startCluster(site, node, templates)),
    ),
  );
  await startLoadBalancer(site, fabric.namespaces, clusters);
  const lab = { folder: site.state, clusters };
  await writeLab(lab);
  return lab;
}

export const loadBalancerProgram: string = join(labFolder, "cluster", "load-balancer-main.ts");

async function startLoadBalancer(
  site: Site,
  fabric: Parameters<typeof launch>[0],
  clusters: readonly LabCluster[],
): Promise<void> {
  const list = join(site.state, "fabric", "load-balancer.json");
  await writeFile(list, JSON.stringify(clusters));
  const tsx = pathToFileURL(join(labFolder, "..", "node_modules", "tsx", "dist", "loader.mjs")).href;
  const command = [process.execPath, "--import", tsx, loadBalancerProgram, list] as const;
  await launch(fabric, command, { log: "load-balancer", signal: site.signal });
}

/** All values, or the first failure once all have ended: a clean-up must not run beside them. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function checkNames(names: readonly string[]): void {
  const bad = names.find((name) => !/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name) || name === "fabric");
  if (bad !== undefined)
    throw new LabTrouble(`no cluster can be named "${bad}"`, "it names a node and a folder", "use a-z, 0-9 and -");
  if (new Set(names).size < names.length) throw new LabTrouble("two clusters of one name", names.join(", "), "rename");
  if (names.length > mostClusters)
    throw new LabTrouble(`${names.length} clusters`, `a lab has room for ${mostClusters}`, "ask for fewer");
}
