// One object on its way to where a task wants it: what is noted of it, when nothing may be written, and writes that arrive late.
import { expect, test } from "vitest";
import { failure, MemoryCluster } from "../../test/live/memory-cluster.ts";
import { MemoryFolder, quickClock, runInMemory, undoInMemory } from "../../test/live/run-in-memory.ts";
import { bodyOf, configMap, one, PlanBuilder } from "../../test/live/small-plans.ts";
import type { JsonObject } from "../core/json.ts";
import { valueAt } from "../core/pointer.ts";
import { makeStep, restore } from "../plan/make-step.ts";
import { converge } from "./converge.ts";
import { applyTask, deleteTask } from "./forward-tasks.ts";

const ref = configMap(one, "it");
const rules = { plan: `sha256:${"1".repeat(64)}` as const, allowGitOpsOwned: false };

function work(cluster: MemoryCluster, parts: Partial<Parameters<typeof converge>[1]> = {}) {
  return {
    client: cluster,
    clock: quickClock(),
    signal: new AbortController().signal,
    deadlineMs: 60_000,
    hold: async () => {},
    intend: async () => {},
    onRetry: () => {},
    ...parts,
  };
}

/** The first write fails because somebody has labelled the object right before it. */
function labelledMeanwhile(): MemoryCluster {
  const cluster = new MemoryCluster(one);
  cluster.put(ref, bodyOf(ref, { a: "1" }, false));
  let late = false;
  cluster.fault = ({ verb }) => {
    if (verb === "delete" && !late) {
      late = true;
      const { metadata, ...rest } = bodyOf(ref, { a: "1" }, false) as { readonly metadata: JsonObject };
      cluster.put(ref, { ...rest, metadata: { ...metadata, labels: { colleague: "was-here" } } }, "colleague");
    }
    return null;
  };
  return cluster;
}

test("what is noted is what the write found: a colleague's change before it comes back with undo", async () => {
  const [cluster, folder] = [labelledMeanwhile(), new MemoryFolder()];
  const step = makeStep({
    phase: "export",
    title: "delete",
    rule: "export.own-namespace",
    action: { do: "delete", ref },
    undo: restore,
  });
  const plan = new PlanBuilder().phase("export", [step]).plan();
  expect(await runInMemory(plan, { clusters: [cluster], folder })).toMatchObject({ end: "finished" });
  expect(cluster.seen(ref)).toBe(null);
  expect(folder.events.filter(({ type }) => type === "step-intended")).toMatchObject([{}, { instead: true }]);
  expect(await undoInMemory(plan, { clusters: [cluster], folder })).toMatchObject({ end: "finished" });
  expect(valueAt(cluster.seen(ref)?.body, "/metadata/labels")).toEqual({ colleague: "was-here" });
});

test("before each write it is asked whether the run may write: another may have begun while the cluster was away", async () => {
  const cluster = new MemoryCluster(one);
  cluster.put(ref, bodyOf(ref, {}, false));
  let away = 2;
  cluster.fault = ({ verb }) => (verb === "delete" && away-- > 0 ? failure("unreachable", 0) : null);
  const asked: string[] = [];
  const hold = async () =>
    void asked.push(`hold after ${cluster.requests.filter(({ verb }) => verb === "delete").length}`);
  const intend = async () => void asked.push("note");
  expect(await converge(deleteTask(ref, "any", rules), work(cluster, { hold, intend }))).toEqual({
    is: "in-place",
    wrote: true,
  });
  expect(asked).toEqual(["hold after 0", "note", "hold after 1", "hold after 2"]);
});

test("a refusal that a late write of an earlier run has caused is none: the object is there a moment later", async () => {
  const cluster = new MemoryCluster(one);
  const body = bodyOf(ref, { a: "1" });
  const task = applyTask(ref, body, true, rules);
  // As of a Service whose node port the other request has taken already: 422, and then it is there.
  cluster.fault = ({ verb }) => (verb === "apply" ? failure("invalid", 422) : null);
  const clock = quickClock();
  const sleep: typeof clock.sleep = async (ms, signal) => {
    cluster.fault = () => null;
    await task.write(cluster, null, {});
    await clock.sleep(ms, signal);
  };
  const late = { begun: true, clock: { ...clock, sleep } };
  expect(await converge(task, work(cluster, late))).toEqual({ is: "in-place", wrote: false });
  cluster.remove(ref);
  // Of a first write it is what it says; nothing is sent twice.
  let sent = 0;
  cluster.fault = ({ verb }) => (verb === "apply" ? (sent++, failure("invalid", 422)) : null);
  expect(await converge(task, work(cluster))).toMatchObject({ is: "stopped", mayHaveWritten: false });
  expect(sent).toBe(1);
  const begun = await converge(task, work(cluster, { begun: true }));
  expect([begun, sent]).toMatchObject([{ is: "stopped", trouble: { code: "MF906" } }, 2]);
});

test("somebody who writes again and again is waited for with growing pauses, and told of", async () => {
  const cluster = new MemoryCluster(one);
  cluster.put(ref, bodyOf(ref, {}, false));
  cluster.fault = ({ verb }) => (verb === "delete" ? failure("conflict", 409) : null);
  const pauses: number[] = [];
  const onRetry = (_: unknown, inMs: number) => void pauses.push(inMs);
  expect(await converge(deleteTask(ref, "any", rules), work(cluster, { onRetry }))).toMatchObject({
    is: "stopped",
    mayHaveWritten: false,
    trouble: { code: "MF906" },
  });
  expect(pauses.slice(0, 5)).toEqual([250, 500, 1_000, 2_000, 2_000]);
  expect(pauses).toHaveLength(19);
});
