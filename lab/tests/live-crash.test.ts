// A run killed by SIGKILL right behind records of its journal goes on to the same end, and writes nothing twice.
import { describe, expect, test } from "vitest";
import { readJournal } from "../../src/run/journal.ts";
import { isFull } from "./extent.ts";
import { apiProxy } from "./live-api-proxy.ts";
import { made, troubles } from "./live-made.ts";
import { east, type LiveRun, liveRun, runInProcess } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";
import { leftBy, twice, undisturbed } from "./live-whole.ts";

/** Records of a whole run: its own two, two for each of 8 phases and 13 steps. lab:full kills behind each. */
const records = 44;
const all = Array.from({ length: records }, (_, index) => index + 1);
const few = [1, 3, 4, 6, 9, 12, 15, 19, 24, 30, 36, 42];
const chosen = isFull ? all : few;

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
    // A write that was carried out and not answered before the kill is seen to be there, and not done again.
    expect(twice(proxy)).toEqual([]);
    expect(await leftBy(here)).toEqual(await undisturbed());
  });
});

/**
 * Of 40 pairs of such requests at once 30 ended so: the port is taken by the request that comes first, whose Service is not stored yet
 * (kubernetes 1.34, pkg/registry/core/service/storage/alloc.go). This is what stopped one of 44 resumed runs once, behind record 17.
 */
const portTaken = (name: string) =>
  JSON.stringify({
    kind: "Status",
    status: "Failure",
    reason: "Invalid",
    code: 422,
    message: `Service "${name}" is invalid: spec.ports[0].nodePort: Invalid value: provided port is already allocated`,
    details: { name, kind: "Service", causes: [{ reason: "FieldValueInvalid", field: "spec.ports[0].nodePort" }] },
  });

test("a Service that the killed run's last request makes while the resumed run asks for it: 422 is no reason to stop", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const run: LiveRun = { folder: planFolder(), plan: here.plan, cluster: east, kubeconfig: proxy.kubeconfig };
  let [release, sent] = [(): void => {}, 0];
  const after = new Promise<void>((resolve) => (release = resolve));
  proxy.judge = ({ method, path }) => {
    if (method !== "PATCH" || !path.includes("/services/meshferry-gateway")) return "pass";
    sent += 1;
    if (sent === 1) return { after };
    release();
    return { status: 422, body: portTaken("meshferry-gateway") };
  };
  expect(await runInProcess({ ...run, killAfter: 17 })).toBe("SIGKILL");
  const resumed = await liveRun(run);
  expect([resumed.end, troubles(resumed)]).toEqual(["finished", []]);
  expect(sent).toBe(2);
  expect(twice(proxy)).toEqual([]);
  expect(await leftBy(here)).toEqual(await undisturbed());
});

test("an undisturbed run has so many records", async () => {
  const here = await made();
  const run = { folder: planFolder(), plan: here.plan, cluster: east, kubeconfig: here.shared.cluster.kubeconfig };
  await liveRun(run);
  expect(readJournal(run.folder)).toHaveLength(records);
});
