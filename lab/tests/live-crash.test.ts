// A run killed by SIGKILL right behind records of its journal goes on to the same end, and writes nothing twice.
import process from "node:process";
import { describe, expect, test } from "vitest";
import { readJournal } from "../../src/run/journal.ts";
import { apiProxy, type Asked, isWrite } from "./live-api-proxy.ts";
import { clusterDump } from "./live-dump.ts";
import { made, type Made, troubles } from "./live-made.ts";
import { east, type LiveRun, liveRun, runInProcess } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";

/** Records of a whole run: its own two, two for each of 8 phases and 13 steps. lab:full kills behind each. */
const records = 44;
const all = Array.from({ length: records }, (_, index) => index + 1);
const few = [1, 3, 4, 6, 9, 12, 15, 19, 24, 30, 36, 42];
const chosen = process.env["MESHFERRY_LAB_FULL"] === "1" ? all : few;

/** Names differ from test to test. */
const plainDump = async ({ shared, world }: Made) =>
  JSON.parse(
    JSON.stringify(await clusterDump(shared.api))
      .replaceAll(world.theirs, "THEIRS")
      .replaceAll(world.ours, "OURS")
      .replaceAll(String(world.nodePort), "1")
      // A hash of the step's id, which names the namespace.
      .replaceAll(/(?<=555555555555\.)[0-9a-f]{8}/gu, "MARK"),
  ) as Record<string, unknown>;

const ofThisTest = (dump: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(dump).filter(([name]) => /THEIRS|OURS/u.test(name)));

const changes = (asked: readonly Asked[]) => asked.filter((each) => isWrite(each) && !each.path.includes("/leases"));

describe("behind a record", () => {
  test.each(chosen)("%i", async (killAfter) => {
    const here = await made();
    const proxy = await apiProxy(here.shared.cluster);
    const folder = planFolder();
    const run: LiveRun = { folder, plan: here.plan, cluster: east, kubeconfig: proxy.kubeconfig };
    expect(await runInProcess({ ...run, killAfter })).toBe("SIGKILL");
    // A record of a step beside it may have come to the disk together with it.
    expect(readJournal(folder).length - killAfter).toBeOneOf([0, 1]);
    const resumed = await liveRun(run);
    expect([resumed.end, troubles(resumed)]).toEqual(["finished", []]);
    // A write that was carried out and not answered before the kill is seen to be there, and not done again; the entry has two.
    const sent = changes(proxy.carriedOut).map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    expect(sent).toHaveLength(new Set(sent).size + 1);
    expect(ofThisTest(await plainDump(here))).toEqual(await whole());
  });
});

let wholeDump: Promise<Record<string, unknown>> | null = null;

/** What an undisturbed run leaves. */
async function whole(): Promise<Record<string, unknown>> {
  wholeDump ??= (async () => {
    const here = await made();
    const run = { folder: planFolder(), plan: here.plan, cluster: east, kubeconfig: here.shared.cluster.kubeconfig };
    await liveRun(run);
    expect(readJournal(run.folder)).toHaveLength(records);
    return ofThisTest(await plainDump(here));
  })();
  return wholeDump;
}
