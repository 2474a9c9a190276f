// A migration between two federated meshes as its users do it: a plan from live contexts, and the commands that carry it out and take it back.
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { run, type Ran } from "../../test/cli/run-meshferry.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import type { LiveObject } from "../api/live-object.ts";
import { hasCondition, waitFor } from "../api/wait-for.ts";
import type { LoadClient } from "../load/load-client.ts";
import { until } from "../machine/until.ts";
import { type RunningLoad, startLoad } from "../load/start-load.ts";
import { type HonestView, honestView } from "../ossm2/honest-view.ts";
import { standInTiming } from "./extent.ts";
import { clusterDump, oursIn, withRoots } from "./live-dump.ts";
import { federatedWorld, type Side, type World } from "./ossm2-world.ts";

export const phases = [
  "prepare",
  "trust",
  "network",
  "export",
  "import",
  "shift",
  "retire-exports",
  "retire-imports",
  "retire-peers",
] as const;

/** What both clusters hold, by cluster. */
export type Dumps = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface Migration {
  readonly world: World;
  /** meshferry with the words, in the folder of the plan. `onEvent` hears what `-o json` prints, at once. */
  readonly meshferry: (words: readonly string[], onEvent?: (event: RunEvent) => void) => Promise<Ran>;
  /** Writes until now, without those of the Lease, which is taken and given back by every run, and of probes' pods. */
  readonly objectWrites: () => readonly string[];
  readonly dumps: () => Promise<Dumps>;
  /** The first dump that equals this one; after a minute without one, the last. istiod follows a moment behind what was asked. */
  readonly dumpsLike: (wanted: Dumps) => Promise<Dumps>;
  /** Runs meshferry with the words, and demands that it finishes. */
  readonly finish: (...words: readonly string[]) => Promise<void>;
  readonly load: (clients: readonly LoadClient[]) => Promise<RunningLoad>;
  readonly end: () => Promise<void>;
}

export const apply = ["apply", "plan", "--yes", "--drain-timeout", "20s"] as const;
export const undo = ["undo", "plan", "--yes"] as const;

/**
 * Only for beforeAll, with the plan made; `end` is for afterAll. `prepared`: the control planes are as the guide sets them up, with
 * what multi-cluster needs; otherwise that is left to the network phase.
 */
export async function migration(name: string, prepared = true): Promise<Migration> {
  const world = await federatedWorld(name, standInTiming, true);
  const views = new Map<string, HonestView>();
  const folder = await mkdtemp(join(tmpdir(), "meshferry-migration-"));
  const end = async (): Promise<void> => {
    for (const view of views.values()) await view.close();
    await world.end();
    await rm(folder, { recursive: true, force: true });
  };
  const meshferry: Migration["meshferry"] = async (words, onEvent) =>
    run(folder, [...words, "--config", "meshferry.yaml"], {
      now: () => new Date(),
      ...(onEvent === undefined ? {} : { stdout: { write: (text) => eventsIn(text).forEach(onEvent) } }),
    });
  const objectWrites = (): readonly string[] =>
    [...views.values()].flatMap(({ writes }) =>
      writes.filter((each) => !each.includes("/leases") && !/\/namespaces\/[^/]+\/pods/u.test(each)),
    );
  const dumps = async (): Promise<Dumps> => {
    const both = [world.east, world.west].map(async ({ cluster, api }) => [
      cluster.name,
      await clusterDump(api, withRoots),
    ]);
    return Object.fromEntries((await Promise.all(both)) as [string, Record<string, Json>][]);
  };
  const dumpsLike: Migration["dumpsLike"] = async (wanted) => {
    let last: Dumps = {};
    const same = async (): Promise<Dumps | null> => {
      last = await dumps();
      return isDeepStrictEqual(last, wanted) ? last : null;
    };
    return until("dumps as before", same, { timeoutMs: 60_000, everyMs: 1_000 }).catch(() => last);
  };
  const finish: Migration["finish"] = async (...words) => {
    const { code, stdout, stderr } = await meshferry(words);
    expect([words.join(" "), code, stderr], stdout).toEqual([words.join(" "), 0, ""]);
  };
  const load = async (clients: readonly LoadClient[]): Promise<RunningLoad> => {
    const { east, client } = world;
    const { api, cluster } = east;
    const access = { api, kubeconfig: cluster.kubeconfig, kubectl: client.built.binaries["kubectl"] ?? "" };
    return startLoad(access, { namespace: "client", serviceAccount: "curl", name: "load" }, clients);
  };
  try {
    for (const { cluster } of [world.east, world.west]) views.set(cluster.name, await honestView(cluster));
    writeFileSync(join(folder, "meshferry.yaml"), config(views));
    if (!prepared) await Promise.all([world.east, world.west].map(unprepare));
    const { code, stderr } = await meshferry(["plan", "--out", "plan"]);
    const proven =
      /^note: rehearsed: \d+ pairs of clients and host in \d+ states lose nothing\nnote: \d+ files written to plan\n$/u;
    expect([code, stderr]).toEqual([0, expect.stringMatching(proven)]);
    expect(objectWrites()).toEqual([]);
  } catch (error) {
    await end();
    throw error;
  }
  return { world, meshferry, objectWrites, dumps, dumpsLike, finish, load, end };
}

/** Takes away what the guide's lab gives a control plane for multi-cluster, and waits until its operator has followed. */
async function unprepare({ api }: Side): Promise<void> {
  const plane = {
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    namespace: "istio-system",
    name: "basic",
  };
  const { metadata } = await api.patch(plane, "merge", { spec: { techPreview: null, runtime: null } });
  const followed = (object: LiveObject): boolean =>
    valueAt(object, "/status/observedGeneration") === metadata.generation && hasCondition("Ready")(object);
  await waitFor(api, plane, "Ready without it", followed, 120_000);
}

/**
 * The guide's order: federation goes while 2.6 stays. Nothing is restarted for its certificate: proxies hold the roots of peers
 * already, and a federation gateway of one pod that restarts cuts the requests under way.
 */
function config(views: ReadonlyMap<string, HonestView>): string {
  const meshes = [...views].map(([name, { kubeconfig }]) => ({ name, context: name, kubeconfig }));
  const trust = { order: "combined-root" };
  return JSON.stringify({ apiVersion: "meshferry/config.v1", meshes, trust });
}

function eventsIn(text: string): RunEvent[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as RunEvent);
}

/** Nothing of ours is left, and everything else is as it was. */
export function expectUndone(after: Dumps, before: Dumps): void {
  for (const [cluster, dump] of Object.entries(after)) {
    expect([cluster, oursIn(dump)]).toEqual([cluster, []]);
    expect(dump).toEqual(before[cluster]);
  }
}
