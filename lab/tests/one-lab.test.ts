// A lab from its start to its end, beside the shared one: how long it takes, and that nothing of it stays.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, inject, onTestFinished, test } from "vitest";
import { groupFolders } from "../node/control-groups.ts";
import { placesFrom } from "../machine/places.ts";
import { down } from "../cluster/down.ts";
import { readLab } from "../cluster/lab-cluster.ts";
import { status } from "../cluster/status.ts";
import { up } from "../cluster/up.ts";
import { hostLink } from "../network/fabric.ts";
import { clusterOf, serve } from "./shared-cluster.ts";
import { testLabs } from "./test-labs.ts";
import { footprint, hostLists, leftOf, nothing } from "./traces.ts";

const readyLimit = 30;

test("one cluster is Ready in under 30 s beside another lab, and leaves nothing", { timeout: 180_000 }, async () => {
  const state = join(testLabs, "one");
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  onTestFinished(async () => down(state, say));
  const before = await hostLists(state);
  const { cache } = placesFrom(process.env);
  const begun = Date.now();
  const { clusters } = await up(["solo"], { state, cache, built: inject("built"), say });
  const readySeconds = (Date.now() - begun) / 1000;
  const [solo] = clusters;
  if (solo === undefined) throw new Error("no cluster");

  const shared = await readLab(inject("lab"));
  const ranges = [...shared.clusters, solo].map(({ podRange }) => podRange);
  expect(new Set(ranges).size).toBe(3);
  await serve(await clusterOf(solo), "default", "web", "hello");

  // The control: there is something to be left.
  const running = await footprint(state);
  expect(running.processes.length).toBeGreaterThan(12);
  expect(running.namespaces.length).toBeGreaterThanOrEqual(10);
  expect(await leftOf(running)).toEqual({ processes: running.processes, namespaces: running.namespaces });
  expect((await hostLists(state)).links).toContain(hostLink(state));
  expect((await groupFolders(state)).length).toBeGreaterThan(0);

  const downBegun = Date.now();
  await down(state, say);
  const downSeconds = (Date.now() - downBegun) / 1000;
  process.stdout.write(`lab: one cluster Ready in ${readySeconds.toFixed(1)} s, down in ${downSeconds.toFixed(1)} s\n`);
  expect(await leftOf(running)).toEqual(nothing);
  expect(await hostLists(state)).toEqual(before);
  expect(existsSync(state)).toBe(false);
  expect((await status(inject("lab")))?.every(({ ready, missing }) => ready && missing.length === 0)).toBe(true);
  expect(readySeconds).toBeLessThan(readyLimit);
});
