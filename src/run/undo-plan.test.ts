// Undo: from the end of every phase, killed anywhere, and never over somebody else's change.
import { describe, expect, test } from "vitest";
import { MemoryFolder, Killed, runInMemory, undoInMemory } from "../../test/live/run-in-memory.ts";
import { bodyOf, configMap, deployment, one, PlanBuilder, two } from "../../test/live/small-plans.ts";
import { MemoryCluster } from "../../test/live/memory-cluster.ts";
import { clustersBefore, wholePlan } from "../../test/live/whole-plan.ts";
import { valueAt } from "../core/pointer.ts";
import type { Condition } from "../conditions/condition.ts";
import { makeStep, restore } from "../plan/make-step.ts";
import type { PhaseId, Plan } from "../plan/plan.ts";
import type { StepId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { RunEvent } from "./run-event.ts";
import type { Until } from "./run-world.ts";

const rule = "export.own-namespace";
const dumps = (clusters: readonly MemoryCluster[]) => clusters.map((cluster) => cluster.dump());
const troubles = (told: readonly RunEvent[]) =>
  told.flatMap((event) =>
    event.type === "step-ended" && event.result.state === "stopped" ? [event.result.trouble] : [],
  );

/** The plan up to the end of a phase. */
const upTo = (plan: Plan, id: PhaseId): Plan => ({
  ...plan,
  phases: plan.phases.slice(0, plan.phases.findIndex((phase) => phase.id === id) + 1),
});

/** Only where the restarted workload kept an empty map that the annotation had been in. */
const before = () => {
  const clusters = clustersBefore();
  const app = deployment(one, "app");
  clusters[0]?.put(app, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {},
    spec: { template: { metadata: { annotations: {} } } },
  });
  return clusters;
};

describe("from the end of each phase back to the start, then forward again", () => {
  test.each(wholePlan().phases.map(({ id }) => id))("%s", async (id) => {
    const [clusters, folder] = [before(), new MemoryFolder()];
    const plan = upTo(wholePlan(), id);
    await runInMemory(plan, { clusters, folder });
    const forward = dumps(clusters);
    expect(await undoInMemory(plan, { clusters, folder })).toMatchObject({ end: "finished" });
    expect(dumps(clusters)).toEqual(dumps(before()));
    expect(await runInMemory(plan, { clusters, folder })).toMatchObject({ end: "finished" });
    expect(dumps(clusters)).toEqual(forward);
  });
});

test("to the end of a phase: what that phase and those before it made stays as they had left it", async () => {
  const [clusters, folder] = [before(), new MemoryFolder()];
  const plan = wholePlan();
  await runInMemory(upTo(plan, "import"), { clusters, folder });
  const atImport = dumps(clusters);
  await runInMemory(plan, { clusters, folder });
  expect(await undoInMemory(plan, { clusters, folder }, plan.phases.slice(2))).toMatchObject({ end: "finished" });
  expect(dumps(clusters)).toEqual(atImport);
  expect(valueAt(clusters[1]?.seen(configMap(two, "entry"))?.body, "/data/who")).toBe("canary");
});

describe("killed after any record, undo goes on to the same end", async () => {
  const [whole, folder] = [before(), new MemoryFolder()];
  await runInMemory(wholePlan(), { clusters: whole, folder });
  const forward = folder.events.length;
  await undoInMemory(wholePlan(), { clusters: whole, folder });
  const records = folder.events.slice(forward).map(({ type }, index) => ({ after: index + 1, type }));

  test.each(records)("record $after, $type", async ({ after }) => {
    const [clusters, kept] = [before(), new MemoryFolder()];
    await runInMemory(wholePlan(), { clusters, folder: kept });
    const run = { clusters, folder: kept, perCluster: 1 };
    await expect(undoInMemory(wholePlan(), { ...run, killAfter: after })).rejects.toBeInstanceOf(Killed);
    expect(await undoInMemory(wholePlan(), run)).toMatchObject({ end: "finished" });
    expect(dumps(clusters)).toEqual(dumps(before()));
  });
});

describe("what was killed on its way forward can be taken back", async () => {
  const folder = new MemoryFolder();
  await runInMemory(wholePlan(), { clusters: before(), folder });
  const records = folder.events.map(({ type }, index) => ({ after: index + 1, type }));

  test.each(records)("record $after, $type", async ({ after }) => {
    const [clusters, kept] = [before(), new MemoryFolder()];
    const run = { clusters, folder: kept, perCluster: 1 };
    await expect(runInMemory(wholePlan(), { ...run, killAfter: after })).rejects.toBeInstanceOf(Killed);
    expect(await undoInMemory(wholePlan(), run)).toMatchObject({ end: "finished" });
    expect(dumps(clusters)).toEqual(dumps(before()));
  });
});

describe("does not write over what others have changed meanwhile", () => {
  const done = async () => {
    const [clusters, folder] = [before(), new MemoryFolder()];
    await runInMemory(wholePlan(), { clusters, folder });
    return { clusters, folder };
  };

  test("an object of ours with other fields", async () => {
    const { clusters, folder } = await done();
    const made = configMap(one, "made");
    clusters[0]?.put(made, bodyOf(made, { a: "2" }), "colleague");
    const { end, told } = await undoInMemory(wholePlan(), { clusters, folder });
    expect([end, troubles(told)]).toMatchObject([
      "stopped",
      [{ code: "MF916", params: { object: "one: ConfigMap default/made", manager: "colleague" } }],
    ]);
    expect(valueAt(clusters[0]?.seen(made)?.body, "/data/a")).toBe("2");
  });

  test("a field of theirs that we had patched", async () => {
    const { clusters, folder } = await done();
    const theirs = configMap(one, "theirs");
    clusters[0]?.put(theirs, bodyOf(theirs, { x: "third" }, false), "colleague");
    const { told } = await undoInMemory(wholePlan(), { clusters, folder });
    expect(troubles(told)).toMatchObject([{ code: "MF916", params: { fields: "/data/x" } }]);
    expect(valueAt(clusters[0]?.seen(theirs)?.body, "/data/x")).toBe("third");
  });

  test("a deleted object that somebody has made again in another form", async () => {
    const { clusters, folder } = await done();
    clusters[1]?.put(configMap(two, "set"), bodyOf(configMap(two, "set"), { x: "4" }, false), "colleague");
    const { told } = await undoInMemory(wholePlan(), { clusters, folder });
    expect(troubles(told)).toMatchObject([{ code: "MF916", params: { object: "two: ConfigMap default/set" } }]);
  });
});

test("an image that is gone, and a step without a way back, are said; nothing is guessed", async () => {
  const [clusters, folder] = [before(), new MemoryFolder()];
  await runInMemory(wholePlan(), { clusters, folder });
  folder.files.clear();
  expect(troubles((await undoInMemory(wholePlan(), { clusters, folder })).told)).toMatchObject([{ code: "MF917" }]);

  const ref = configMap(one, "made");
  const builder = new PlanBuilder();
  const oneWay = { ...builder.apply("export", ref, { a: "1" }), undo: noWayBack };
  const plan = builder.phase("export", [oneWay]).plan();
  const [cluster, other] = [new MemoryCluster(one), new MemoryFolder()];
  await runInMemory(plan, { clusters: [cluster], folder: other });
  const { told } = await undoInMemory(plan, { clusters: [cluster], folder: other });
  expect(troubles(told)).toMatchObject([{ code: "MF918", params: { reason: "It is written in stone." } }]);
});

const noWayBack = { how: "none", needed: true, reason: "It is written in stone." } as const;

test("what a phase had restarted is restarted behind the writes of its undo", async () => {
  const [clusters, folder] = [before(), new MemoryFolder()];
  await runInMemory(upTo(wholePlan(), "export"), { clusters, folder });
  const forward = clusters[0]?.writes.length ?? 0;
  await undoInMemory(upTo(wholePlan(), "export"), { clusters, folder });
  expect(
    clusters[0]?.writes
      .slice(forward)
      .map(({ verb }) => verb)
      .at(-1),
  ).toBe("merge");
});

test("what the plan restarts one after the other, undo does too, whatever stands between them", async () => {
  const [first, last] = [deployment(one, "first"), deployment(two, "last")];
  const restart = (workload: ObjectRef, ...after: readonly StepId[]) =>
    makeStep({
      phase: "trust",
      title: "restart",
      rule,
      action: { do: "restart", workload },
      after,
      done: { kind: "rolled-out", ref: workload },
    });
  const earlier = restart(first);
  const look = makeStep({ phase: "trust", title: "look", rule, action: { do: "wait" }, after: [earlier.id] });
  const plan = new PlanBuilder().phase("trust", [earlier, look, restart(last, look.id)]).plan();
  const clusters = clustersBefore();
  for (const [at, ref] of [first, last].entries())
    clusters[at]?.put(ref, { apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec: { template: {} } });
  const folder = new MemoryFolder();
  await runInMemory(plan, { clusters, folder });
  let starting = 0;
  const until: Until = async () => {
    starting += 1;
    expect(starting).toBe(1);
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    starting -= 1;
    return { is: "done" };
  };
  const { end, told } = await undoInMemory(plan, { clusters, folder, until });
  const restarted = told.flatMap((event) => (event.type === "step-intended" ? [event.step.split("/").at(-1)] : []));
  expect([end, restarted]).toEqual(["finished", ["first", "last"]]);
});

test("a restart is made once more, and then waited for as its undo says", async () => {
  const app = deployment(one, "app");
  const roots = configMap(one, "roots");
  const restart = makeStep({
    phase: "trust",
    title: "restart",
    rule,
    action: { do: "restart", workload: app },
    undo: {
      how: "wait",
      done: { kind: "field", ref: roots, pointer: "/data/x", is: "equal", value: "own" },
      otherwise: "stop",
    },
  });
  const plan = new PlanBuilder().phase("trust", [restart]).plan();
  const [clusters, folder] = [clustersBefore(), new MemoryFolder()];
  clusters[0]?.put(roots, bodyOf(roots, { x: "own and others" }, false));
  await runInMemory(plan, { clusters, folder });
  const early = await undoInMemory(plan, { clusters, folder });
  expect([early.end, troubles(early.told).map((each) => each?.code)]).toEqual(["stopped", ["MF919"]]);
  clusters[0]?.put(roots, bodyOf(roots, { x: "own" }, false));
  expect(await undoInMemory(plan, { clusters, folder })).toMatchObject({ end: "finished" });
  expect(clusters[0]?.writes.map(({ verb }) => verb)).toEqual(["merge", "merge"]);
});

test("what was deleted is woken up after it was made again, once", async () => {
  const set = configMap(one, "set");
  const also = [
    { do: "patch", ref: set, ops: [{ op: "add", path: "/data/rules/-", value: "none" }] },
    {
      do: "patch",
      ref: set,
      ops: [
        { op: "test", path: "/data/rules/1", value: "none" },
        { op: "remove", path: "/data/rules/1" },
      ],
    },
  ] as const;
  const step = makeStep({
    phase: "retire-imports",
    title: "delete",
    rule,
    action: { do: "delete", ref: set },
    undo: { how: "restore", also },
  });
  const plan = new PlanBuilder().phase("retire-imports", [step]).plan();
  const [cluster, folder] = [new MemoryCluster(one), new MemoryFolder()];
  cluster.put(set, bodyOf(set, { rules: ["all"] }, false));
  await runInMemory(plan, { clusters: [cluster], folder });
  await undoInMemory(plan, { clusters: [cluster], folder });
  expect(cluster.writes.map(({ verb }) => verb)).toEqual(["delete", "create", "patch", "patch"]);
  expect(valueAt(cluster.seen(set)?.body, "/data/rules")).toEqual(["all"]);
});

test("what was noted and never deleted is not woken up", async () => {
  const set = configMap(one, "set");
  const also = [{ do: "patch", ref: set, ops: [{ op: "add", path: "/data/rules/-", value: "none" }] }] as const;
  const step = makeStep({
    phase: "retire-imports",
    title: "delete",
    rule,
    action: { do: "delete", ref: set },
    undo: { how: "restore", also },
  });
  const plan = new PlanBuilder().phase("retire-imports", [step]).plan();
  const [cluster, folder] = [new MemoryCluster(one), new MemoryFolder()];
  cluster.put(set, bodyOf(set, { rules: ["all"] }, false));
  // Run, phase, step: the third record is the note.
  await expect(runInMemory(plan, { clusters: [cluster], folder, killAfter: 3 })).rejects.toBeInstanceOf(Killed);
  expect(await undoInMemory(plan, { clusters: [cluster], folder })).toMatchObject({ end: "finished" });
  expect(cluster.writes).toEqual([]);
});

describe("what came before a step is taken back only once its undo's wait is over", () => {
  const set = configMap(two, "set");
  const back: Condition = { kind: "present", ref: set };
  /** An entry, a look at something else, and the delete of a set; the look's undo waits until the set is back. */
  const planned = (otherwise: "stop" | "go-on", done: Condition = back): Plan => {
    const builder = new PlanBuilder();
    const entry = builder.apply("import", configMap(one, "entry"), {});
    const look = makeStep({
      phase: "import",
      title: "look",
      rule,
      action: { do: "wait" },
      after: [entry.id],
      timeoutMs: 60_000,
      undo: { how: "wait", done, otherwise },
    });
    const gone = makeStep({
      phase: "import",
      title: "delete",
      rule,
      action: { do: "delete", ref: set },
      after: [look.id],
      undo: restore,
    });
    return builder.phase("import", [entry, look, gone]).plan();
  };
  const applied = async (plan: Plan) => {
    const [clusters, folder] = [clustersBefore(), new MemoryFolder()];
    await runInMemory(plan, { clusters, folder });
    return { clusters, folder };
  };
  const never: Condition = { kind: "present", ref: configMap(two, "never") };
  const ends = (told: readonly RunEvent[]) =>
    told.flatMap((event) => (event.type === "step-ended" ? [[event.step, event.result.state]] : []));

  test("and not before", async () => {
    const run = await applied(planned("stop"));
    const { end, told } = await undoInMemory(planned("stop"), run);
    expect([end, ends(told).map(([step]) => step?.split("/")[1])]).toEqual(["finished", ["delete", "wait", "apply"]]);
    expect(dumps(run.clusters)).toEqual(dumps(clustersBefore()));
  });
  test("it stops where it must hold, and is waited for again", async () => {
    const run = await applied(planned("stop", never));
    for (let tries = 0; tries < 2; tries += 1) {
      const { end, told } = await undoInMemory(planned("stop", never), run);
      expect([end, troubles(told).map((each) => each?.code)]).toEqual(["stopped", ["MF919"]]);
      expect(run.clusters[0]?.seen(configMap(one, "entry"))).not.toBe(null);
    }
  });
  test("or goes on, and says what was missing", async () => {
    const run = await applied(planned("go-on", never));
    const { end, told } = await undoInMemory(planned("go-on", never), run);
    expect([
      end,
      told.flatMap((event) =>
        event.type === "step-ended" && event.result.state === "done" ? (event.result.left?.code ?? []) : [],
      ),
    ]).toEqual(["finished", ["MF919"]]);
    expect(dumps(run.clusters)).toEqual(dumps(clustersBefore()));
  });
  test("one that was never done has nothing to wait for", async () => {
    const [clusters, folder] = [clustersBefore(), new MemoryFolder()];
    const plan = planned("stop", never);
    // Run, phase, the entry's note and its end: the look has not been taken.
    await expect(runInMemory(plan, { clusters, folder, killAfter: 4 })).rejects.toBeInstanceOf(Killed);
    expect(await undoInMemory(plan, { clusters, folder })).toMatchObject({ end: "finished" });
  });
});
