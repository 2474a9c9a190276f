// The executor's own logic: what it does in which order, what it leaves alone, what it refuses, and that it can be killed anywhere.
import { describe, expect, test } from "vitest";
import { Killed, MemoryFolder, runInMemory } from "../../test/live/run-in-memory.ts";
import { failure, MemoryCluster } from "../../test/live/memory-cluster.ts";
import { bodyOf, configMap, one, PlanBuilder, two } from "../../test/live/small-plans.ts";
import { clustersBefore, wholePlan } from "../../test/live/whole-plan.ts";
import type { JsonObject } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import type { RunEvent } from "./run-event.ts";

const dumps = (clusters: readonly MemoryCluster[]) => clusters.map((cluster) => cluster.dump());
const writesOf = (clusters: readonly MemoryCluster[]) => clusters.flatMap(({ writes }) => writes);

test("every step is done once; the second run of a finished plan writes nothing", async () => {
  const clusters = clustersBefore();
  const folder = new MemoryFolder();
  const plan = wholePlan();
  expect(await runInMemory(plan, { clusters, folder })).toMatchObject({ end: "finished", trouble: null });
  expect(
    writesOf(clusters)
      .map(({ verb, ref }) => `${verb} ${ref.cluster}/${ref.name}`)
      .sort(),
  ).toEqual([
    "apply one/made",
    "apply two/entry",
    "apply two/entry",
    "delete one/peer",
    "delete two/peer",
    "delete two/set",
    "merge one/app",
    "patch one/theirs",
  ]);
  expect(valueAt(clusters[1]?.seen(configMap(two, "entry"))?.body, "/data/who")).toBe("everybody");
  const [before, after] = [writesOf(clusters).length, dumps(clusters)];
  const second = await runInMemory(plan, { clusters, folder });
  expect(second).toMatchObject({ end: "finished" });
  expect(second.told.map(({ type }) => type)).toEqual(["run-started", "run-ended"]);
  expect(writesOf(clusters)).toHaveLength(before);
  expect(dumps(clusters)).toEqual(after);
});

test("without the journal the objects say what is done: a wider entry is not made narrow again", async () => {
  const clusters = clustersBefore();
  const plan = wholePlan();
  await runInMemory(plan, { clusters });
  const before = writesOf(clusters).length;
  expect(await runInMemory(plan, { clusters })).toMatchObject({ end: "finished" });
  expect(writesOf(clusters)).toHaveLength(before);
});

test("an object that somebody has deleted meanwhile is made again", async () => {
  const clusters = clustersBefore();
  const folder = new MemoryFolder();
  await runInMemory(wholePlan(), { clusters, folder });
  const after = dumps(clusters);
  clusters[0]?.remove(configMap(one, "made"));
  expect(await runInMemory(wholePlan(), { clusters, folder })).toMatchObject({ end: "finished" });
  expect(dumps(clusters)).toEqual(after);
});

describe("killed after any record, the run goes on to the same end and writes nothing twice", async () => {
  const undisturbed = clustersBefore();
  const whole = new MemoryFolder();
  await runInMemory(wholePlan(), { clusters: undisturbed, folder: whole });
  const records = whole.events.map(({ type }, index) => ({ after: index + 1, type }));

  test.each(records)("record $after, $type", async ({ after }) => {
    const clusters = clustersBefore();
    const folder = new MemoryFolder();
    await expect(
      runInMemory(wholePlan(), { clusters, folder, killAfter: after, perCluster: 1 }),
    ).rejects.toBeInstanceOf(Killed);
    expect(folder.events).toHaveLength(after);
    expect(await runInMemory(wholePlan(), { clusters, folder })).toMatchObject({ end: "finished" });
    expect(dumps(clusters)).toEqual(dumps(undisturbed));
    expect(writesOf(clusters)).toHaveLength(writesOf(undisturbed).length);
  });
});

describe("refuses", () => {
  const apply = (ref = configMap(one, "made")) => {
    const builder = new PlanBuilder();
    return builder.phase("export", [builder.apply("export", ref, { a: "1" })]).plan();
  };
  const troubleIn = (told: readonly RunEvent[]) =>
    told.flatMap((event) =>
      event.type === "step-ended" && event.result.state === "stopped" ? [event.result.trouble] : [],
    );

  test("an object of its name that somebody else has made", async () => {
    const cluster = new MemoryCluster(one);
    cluster.put(configMap(one, "made"), bodyOf(configMap(one, "made"), { a: "1" }, false));
    const { end, told } = await runInMemory(apply(), { clusters: [cluster] });
    expect([end, troubleIn(told)]).toMatchObject([
      "stopped",
      [{ code: "MF900", params: { object: "one: ConfigMap default/made" } }],
    ]);
    expect(cluster.writes).toEqual([]);
  });

  test("a field that another manager has set, by name", async () => {
    const cluster = new MemoryCluster(one);
    cluster.put(configMap(one, "made"), bodyOf(configMap(one, "made"), { a: "2" }), "gardener");
    const { told } = await runInMemory(apply(), { clusters: [cluster] });
    expect(troubleIn(told)).toMatchObject([{ code: "MF901", params: { manager: "gardener", fields: ".data.a" } }]);
  });

  test("what Argo CD or Flux keeps, unless told", async () => {
    const ref = configMap(one, "made");
    const owned = bodyOf(ref, { b: "2" });
    const cluster = new MemoryCluster(one);
    cluster.put(ref, {
      ...owned,
      metadata: {
        ...(owned["metadata"] as JsonObject),
        annotations: { "argocd.argoproj.io/tracking-id": "shop:/ConfigMap:default/made" },
      },
    });
    const refusedRun = await runInMemory(apply(), { clusters: [cluster] });
    expect(troubleIn(refusedRun.told)).toMatchObject([
      { code: "MF903", params: { owner: "Argo CD's application shop" } },
    ]);
    expect(await runInMemory(apply(), { clusters: [cluster], allowGitOpsOwned: true })).toMatchObject({
      end: "finished",
    });
  });

  test("an object that changed since the plan, naming who wrote it", async () => {
    const clusters = clustersBefore();
    const theirs = configMap(one, "theirs");
    clusters[0]?.put(theirs, bodyOf(theirs, { x: "old", y: "more" }, false), "colleague");
    const { end, told } = await runInMemory(wholePlan(), { clusters });
    expect(end).toBe("stopped");
    expect(troubleIn(told)).toMatchObject([{ code: "MF902", params: { parts: "/data", manager: "colleague" } }]);
  });

  test("to go on where a question was answered no; nothing of what follows is touched", async () => {
    const clusters = clustersBefore();
    const { end, told } = await runInMemory(wholePlan(), { clusters, confirm: async () => false });
    expect([end, troubleIn(told)]).toMatchObject(["stopped", [{ code: "MF914" }]]);
    expect(clusters.map((cluster) => cluster.seen(configMap(cluster.id, "peer")))).not.toContain(null);
  });

  test("to delete one of two that must go together where the other may not go", async () => {
    const clusters = clustersBefore();
    const peer = configMap(two, "peer");
    const body = bodyOf(peer, { x: "2" }, false);
    clusters[1]?.put(peer, { ...body, metadata: { labels: { "kustomize.toolkit.fluxcd.io/name": "mesh" } } });
    const { told } = await runInMemory(wholePlan(), { clusters });
    expect(troubleIn(told)).toMatchObject([{ code: "MF903" }]);
    expect(clusters[0]?.seen(configMap(one, "peer"))).not.toBe(null);
  });
});

describe("what may pass is tried again, after a look", () => {
  test("a write whose answer was lost is not sent twice", async () => {
    const clusters = clustersBefore();
    const lost = new Set<string>();
    for (const cluster of clusters)
      cluster.fault = ({ verb, ref }) => {
        if (verb === "get" || lost.has(`${verb} ${ref.name}`)) return null;
        lost.add(`${verb} ${ref.name}`);
        return "lost";
      };
    expect(await runInMemory(wholePlan(), { clusters })).toMatchObject({ end: "finished" });
    expect(lost.size).toBeGreaterThan(5);
    expect(writesOf(clusters)).toHaveLength(8);
  });

  test("429 for as long as the server asks; 500 until the step's time is up", async () => {
    const cluster = new MemoryCluster(one);
    const builder = new PlanBuilder();
    const plan = builder.phase("export", [builder.apply("export", configMap(one, "made"), { a: "1" })]).plan();
    let busy = 3;
    cluster.fault = ({ verb }) =>
      verb === "apply" && busy-- > 0 ? failure("too-many-requests", 429, [], 7_000) : null;
    const first = await runInMemory(plan, { clusters: [cluster] });
    expect(first.end).toBe("finished");
    expect(first.told.flatMap((event) => (event.type === "retrying" ? [event.inMs] : []))).toEqual([
      7_000, 7_000, 7_000,
    ]);
    cluster.remove(configMap(one, "made"));
    cluster.fault = ({ verb }) => (verb === "apply" ? failure("server-error", 500) : null);
    const second = await runInMemory(plan, { clusters: [cluster] });
    expect(second.end).toBe("stopped");
    expect(second.told.find(({ type }) => type === "step-ended")).toMatchObject({
      result: { state: "stopped", mayHaveWritten: true, trouble: { code: "MF908" } },
    });
  });
});

test("asked to stop, it finishes the steps in hand and begins none", async () => {
  const clusters = clustersBefore();
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    if (event.type === "step-ended") stop.abort();
  };
  const { end } = await runInMemory(wholePlan(), { clusters, signal: stop.signal, onEvent, perCluster: 1 });
  expect(end).toBe("interrupted");
  expect(writesOf(clusters)).toHaveLength(1);
});
