// Starts that do not come to their end: killed, interrupted, failed, refused.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, inject, onTestFinished, test } from "vitest";
import { down } from "../cluster/down.ts";
import { findLab } from "../cluster/lab-cluster.ts";
import { up } from "../cluster/up.ts";
import { placesFrom } from "../machine/places.ts";
import { until } from "../machine/until.ts";
import { labCommand } from "./lab-command.ts";
import { testLabs } from "./test-labs.ts";
import { footprint, hostLists, leftOf, nothing } from "./traces.ts";

const { cache } = placesFrom(process.env);
const silent = () => {};

/** Until the start is in its middle: the API server runs, the node is not known yet. */
async function inTheMiddle(state: string): Promise<void> {
  const log = join(state, "mesh-1", "log", "kube-apiserver.log");
  await until("an API server", async () => (existsSync(log) ? true : null), { timeoutMs: 60_000 });
  expect(await findLab(state)).toBe(null);
}

test("after kill -9 in the middle of up, the next up starts clean", { timeout: 240_000 }, async () => {
  const state = join(testLabs, "killed");
  onTestFinished(async () => down(state, silent));
  const before = await hostLists(state);
  const killed = labCommand(state, "up");
  await inTheMiddle(state);
  killed.child.kill("SIGKILL");
  expect(await killed.ended).toMatchObject({ signal: "SIGKILL" });
  const left = await footprint(state);
  expect(left.processes.length).toBeGreaterThan(5);
  expect(await leftOf(left)).toEqual({ processes: left.processes, namespaces: left.namespaces });
  const again = await labCommand(state, "up").ended;
  expect(again).toMatchObject({ code: 0, said: expect.stringContaining("lab: removed what an earlier lab left") });
  expect(again.said).toContain("mesh-1: Ready");
  expect(await leftOf(left)).toEqual(nothing);
  const running = await footprint(state);
  expect(await labCommand(state, "down").ended).toMatchObject({ code: 0 });
  expect(await leftOf(running)).toEqual(nothing);
  expect(await hostLists(state)).toEqual(before);
});

test("after kill -9 in the middle of up, down removes it as well", { timeout: 120_000 }, async () => {
  const state = join(testLabs, "killed-down");
  const before = await hostLists(state);
  const killed = labCommand(state, "up");
  await inTheMiddle(state);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const left = await footprint(state);
  await down(state, silent);
  expect(await leftOf(left)).toEqual(nothing);
  expect(await hostLists(state)).toEqual(before);
  expect(existsSync(state)).toBe(false);
});

test.each(["SIGTERM", "SIGHUP"] as const)(
  "an up ended by %s takes down what it started, and fails",
  async (signal) => {
    const state = join(testLabs, "interrupted");
    onTestFinished(async () => down(state, silent));
    const before = await hostLists(state);
    const interrupted = labCommand(state, "up");
    await inTheMiddle(state);
    const running = await footprint(state);
    interrupted.child.kill(signal);
    expect(await interrupted.ended).toMatchObject({ code: 1, said: expect.stringContaining("up was interrupted") });
    expect(await leftOf(running)).toEqual(nothing);
    expect(await hostLists(state)).toEqual(before);
    expect(existsSync(state)).toBe(false);
  },
  120_000,
);

test("an up that fails says why, and leaves nothing", { timeout: 120_000 }, async () => {
  const state = join(testLabs, "failed");
  onTestFinished(async () => down(state, silent));
  const folder = mkdtempSync(join(tmpdir(), "lab-broken-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const kubelet = join(folder, "kubelet");
  writeFileSync(kubelet, "#!/bin/sh\necho the kubelet does not like it >&2\nexit 1\n", { mode: 0o755 });
  const built = inject("built");
  const broken = { ...built, binaries: { ...built.binaries, kubelet } };
  const before = await hostLists(state);
  await expect(up(["broken"], { state, cache, built: broken, say: silent })).rejects.toThrow(
    /kubelet ended on broken\n {2}why: the kubelet does not like it/,
  );
  expect(await footprint(state)).toMatchObject(nothing);
  expect(await hostLists(state)).toEqual(before);
  expect(existsSync(state)).toBe(false);
});

test("a lab that runs is not replaced", async () => {
  const again = up(["east"], { state: inject("lab"), cache, built: inject("built"), say: silent });
  await expect(again).rejects.toThrow("a lab is up in");
  expect((await footprint(inject("lab"))).processes.length).toBeGreaterThan(20);
});

test("a folder with somebody's files is neither used nor deleted", async () => {
  const state = mkdtempSync(join(tmpdir(), "lab-foreign-"));
  onTestFinished(() => rmSync(state, { recursive: true }));
  mkdirSync(join(state, "theirs"));
  await expect(up(["east"], { state, cache, built: inject("built"), say: silent })).rejects.toThrow(
    "is no lab's folder",
  );
  await expect(down(state, silent)).rejects.toThrow("is no lab's folder");
  expect(readdirSync(state)).toEqual(["theirs"]);
});
