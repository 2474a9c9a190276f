// Many objects of a kind are looked at in one list, and what the list may have missed is never written over.
import { expect, test } from "vitest";
import { failure, MemoryCluster } from "../../test/live/memory-cluster.ts";
import { Killed, MemoryFolder, quickClock, runInMemory } from "../../test/live/run-in-memory.ts";
import { bodyOf, configMap, one, PlanBuilder } from "../../test/live/small-plans.ts";
import { valueAt } from "../core/pointer.ts";
import { fewestListed } from "./first-looks.ts";

const names = Array.from({ length: fewestListed }, (_, index) => `object-${index}`);

function planOf(objects: readonly string[] = names, data = "new") {
  const builder = new PlanBuilder();
  const steps = objects.map((name) => builder.apply("export", configMap(one, name), { x: data }));
  return builder.phase("export", steps).plan();
}

/** Requests by verb; of lists `before` says what happens as each one comes. */
function counting(cluster: MemoryCluster, onList: () => void = () => {}) {
  let lists = 0;
  const list = cluster.list.bind(cluster);
  cluster.list = async (of) => {
    lists += 1;
    const answer = await list(of);
    onList();
    return answer;
  };
  const count = (verb: string) => cluster.requests.filter((each) => each.verb === verb).length;
  return () => ({ list: lists, get: count("get"), apply: count("apply") });
}

test("one list, and one write for each object; a second run lists and writes nothing; few objects are asked for one by one", async () => {
  const cluster = new MemoryCluster(one);
  const counts = counting(cluster);
  const folder = new MemoryFolder();
  const run = { clusters: [cluster], folder };
  expect(await runInMemory(planOf(), run)).toMatchObject({ end: "finished" });
  expect(counts()).toEqual({ list: 1, get: 0, apply: names.length });
  await runInMemory(planOf(), run);
  expect(counts()).toEqual({ list: 2, get: 0, apply: names.length });
  const few = new MemoryCluster(one);
  const countsOfFew = counting(few);
  await runInMemory(planOf(names.slice(1)), { clusters: [few] });
  expect(countsOfFew()).toEqual({ list: 0, get: names.length - 1, apply: names.length - 1 });
});

test("an object that somebody makes after the list is not taken for ours", async () => {
  const cluster = new MemoryCluster(one);
  const late = configMap(one, names.at(-1) ?? "");
  const counts = counting(cluster, () => cluster.put(late, bodyOf(late, { y: "theirs" }, false)));
  const { end, told } = await runInMemory(planOf(), { clusters: [cluster] });
  expect(end).toBe("stopped");
  expect(
    told.flatMap((event) => (event.type === "step-ended" && event.result.state === "stopped" ? [event.result] : [])),
  ).toMatchObject([{ trouble: { code: "MF900" }, mayHaveWritten: false }]);
  expect(cluster.seen(late)?.body["data"]).toEqual({ y: "theirs" });
  expect(counts()).toMatchObject({ list: 1, get: 1 });
});

test("what is noted is what the write found, also where the object has changed since the list", async () => {
  const [cluster, folder] = [new MemoryCluster(one), new MemoryFolder()];
  await runInMemory(planOf(), { clusters: [cluster] });
  const changed = configMap(one, names.at(-1) ?? "");
  const labels = { metadata: { labels: { colleague: "was-here" } } };
  const counts = counting(cluster, () => void cluster.mergePatch(changed, labels));
  expect(await runInMemory(planOf(names, "newer"), { clusters: [cluster], folder })).toMatchObject({ end: "finished" });
  const noted = folder.events.flatMap((event) => (event.type === "step-intended" ? [event] : []));
  expect(noted).toHaveLength(names.length + 1);
  const again = noted.filter(({ instead }) => instead === true).flatMap(({ found }) => found);
  expect(again).toMatchObject([{ ref: changed }]);
  const image = again[0] && folder.images.read(again[0]);
  expect(valueAt(image?.body, "/metadata/labels/colleague")).toBe("was-here");
  expect(counts()).toMatchObject({ list: 1, get: 1 });
});

test("what stood in the way in the list and has gone since does not stop the step", async () => {
  const cluster = new MemoryCluster(one);
  const theirs = configMap(one, names[3] ?? "");
  cluster.put(theirs, bodyOf(theirs, { y: "theirs" }, false));
  const counts = counting(cluster, () => cluster.remove(theirs));
  expect(await runInMemory(planOf(), { clusters: [cluster] })).toMatchObject({ end: "finished" });
  expect(counts()).toEqual({ list: 1, get: 1, apply: names.length });
});

test("where listing is not allowed each object is asked for; a list that fails for a moment is made again", async () => {
  const cluster = new MemoryCluster(one);
  const list = cluster.list.bind(cluster);
  cluster.list = async () => {
    throw failure("forbidden", 403);
  };
  expect(await runInMemory(planOf(), { clusters: [cluster] })).toMatchObject({ end: "finished" });
  expect(cluster.requests.filter(({ verb }) => verb === "get")).toHaveLength(names.length);
  let failed = 0;
  cluster.list = async (of) => {
    failed += 1;
    if (failed < 3) throw failure("too-many-requests", 429);
    return list(of);
  };
  const { end, told } = await runInMemory(planOf(names, "newer"), { clusters: [cluster] });
  expect([end, told.filter(({ type }) => type === "retrying").length > 0]).toEqual(["finished", true]);
  expect(cluster.requests.filter(({ verb }) => verb === "get")).toHaveLength(names.length);
});

test("a list that was made longer ago than a minute is made again", async () => {
  const cluster = new MemoryCluster(one);
  const clock = quickClock();
  const counts = counting(cluster);
  const twice = [...names, ...names.map((name) => `more-${name}`)];
  let applied = 0;
  cluster.fault = ({ verb }) => {
    applied += verb === "apply" ? 1 : 0;
    // A slow server: the clock goes on by two minutes between two objects.
    if (verb === "apply" && applied === 1) void clock.sleep(120_000, new AbortController().signal);
    return null;
  };
  await runInMemory(planOf(twice), { clusters: [cluster], clock, perCluster: 1 });
  expect(counts()).toEqual({ list: 2, get: 0, apply: twice.length });
});

test("killed behind any record of many writes, a run goes on from a list, and writes nothing twice", async () => {
  const whole = new MemoryCluster(one);
  await runInMemory(planOf(), { clusters: [whole] });
  // Its own two, two of the phase, two for each object.
  const records = 4 + 2 * names.length;
  for (let killAfter = 1; killAfter < records; killAfter += 1) {
    const cluster = new MemoryCluster(one);
    const folder = new MemoryFolder();
    await expect(runInMemory(planOf(), { clusters: [cluster], folder, killAfter })).rejects.toThrow(Killed);
    expect(await runInMemory(planOf(), { clusters: [cluster], folder })).toMatchObject({ end: "finished" });
    const written = cluster.writes.map(({ ref }) => ref.name);
    expect([killAfter, written.length]).toEqual([killAfter, new Set(written).size]);
    expect(Object.keys(cluster.dump())).toEqual(Object.keys(whole.dump()));
  }
});
