// What stops a step, each as the finding that says why and what to do.
import { expect, test } from "vitest";
import { failure, type Fault, MemoryCluster } from "../../test/live/memory-cluster.ts";
import { MemoryFolder, runInMemory, undoInMemory } from "../../test/live/run-in-memory.ts";
import { bodyOf, configMap, one, PlanBuilder, two } from "../../test/live/small-plans.ts";
import { all, type Condition } from "../conditions/condition.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import { makeStep, type StepParts } from "../plan/make-step.ts";
import type { Step } from "../plan/plan.ts";
import { slotId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";

const rule = "export.own-namespace";
const theirs = configMap(one, "theirs");

async function troubleOf(
  step: Step | ((builder: PlanBuilder) => Step),
  cluster = new MemoryCluster(one),
  others: MemoryCluster[] = [],
) {
  const builder = new PlanBuilder();
  const plan = builder.phase("export", [typeof step === "function" ? step(builder) : step]).plan();
  const { end, told } = await runInMemory(plan, { clusters: [cluster, ...others] });
  const trouble = told.flatMap((event) =>
    event.type === "step-ended" && event.result.state === "stopped" ? [event.result.trouble] : [],
  );
  return { end, trouble };
}

const patch = (parts: Partial<StepParts> = {}) =>
  makeStep({
    phase: "export",
    title: "patch",
    rule,
    action: {
      do: "patch",
      ref: theirs,
      ops: [
        { op: "test", path: "/data/x", value: "old" },
        { op: "replace", path: "/data/x", value: "new" },
      ],
    },
    expect: "guarded",
    ...parts,
  });

const put = (data: JsonObject, metadata: JsonObject = {}) => {
  const cluster = new MemoryCluster(one);
  cluster.put(theirs, { ...bodyOf(theirs, data, false), metadata }, "colleague");
  return cluster;
};

const answering = (cluster: MemoryCluster, fault: Fault) => Object.assign(cluster, { fault });

test("a field that is not what the patch replaces", async () => {
  expect(await troubleOf(patch(), put({ x: "third" }))).toMatchObject({
    end: "stopped",
    trouble: [{ code: "MF904", params: { fields: "/data/x", manager: "colleague" } }],
  });
});

test("a field that somebody has added where the patch adds one", async () => {
  const ops = [{ op: "add", path: "/data/y", value: "ours" }] as const;
  const adding = patch({ action: { do: "patch", ref: theirs, ops } });
  expect(await troubleOf(adding, put({ y: "theirs" }))).toMatchObject({
    trouble: [{ code: "MF904", params: { fields: "/data/y" } }],
  });
});

test("a map that somebody has put where the patch adds one, guarded by a test that nothing is there", async () => {
  const path = "/metadata/annotations";
  const ops = [
    { op: "test", path, value: null },
    { op: "add", path, value: { ours: "1" } },
  ] as const;
  const adding = patch({ action: { do: "patch", ref: theirs, ops } });
  expect(await troubleOf(adding, put({}, { annotations: { theirs: "2" } }))).toMatchObject({
    trouble: [{ code: "MF904", params: { fields: path } }],
  });
  const cluster = put({});
  expect(await troubleOf(adding, cluster)).toEqual({ end: "finished", trouble: [] });
  expect(cluster.seen(theirs)?.body).toMatchObject({ metadata: { annotations: { ours: "1" } } });
});

test("an object that is gone", async () => {
  expect(await troubleOf(patch())).toMatchObject({
    trouble: [{ code: "MF905", params: { object: "one: ConfigMap default/theirs" } }],
  });
});

test("a server, or a webhook, that says no", async () => {
  const cluster = answering(put({ x: "old" }), ({ verb }) => (verb === "patch" ? failure("invalid", 422) : null));
  expect(await troubleOf(patch(), cluster)).toMatchObject({
    trouble: [{ code: "MF906", params: { does: "patch", reply: "invalid" } }],
  });
});

test("roles that do not allow it", async () => {
  const cluster = answering(put({ x: "old" }), ({ verb }) => (verb === "patch" ? failure("forbidden", 403) : null));
  expect(await troubleOf(patch(), cluster)).toMatchObject({ trouble: [{ code: "MF907" }] });
});

test("a kind that is not served", async () => {
  const cluster = answering(new MemoryCluster(one), () => failure("not-installed", 404));
  const made = configMap(one, "made");
  expect(await troubleOf((builder) => builder.apply("export", made, {}), cluster)).toMatchObject({
    trouble: [{ code: "MF920", params: { kind: "ConfigMap" } }],
  });
});

test("a finalizer that holds what was deleted", async () => {
  const step = makeStep({
    phase: "export",
    title: "delete",
    rule,
    action: { do: "delete", ref: theirs },
    done: { kind: "absent", ref: theirs },
    timeoutMs: 5_000,
  });
  const cluster = put({}, { finalizers: ["example.test/holds"] });
  expect(await troubleOf(step, cluster)).toMatchObject({
    trouble: [{ code: "MF913", params: { finalizers: "example.test/holds" } }],
  });
});

test("a finalizer that holds one of two that go together, and one that holds what undo deletes", async () => {
  const [east, west] = [new MemoryCluster(one), new MemoryCluster(two)];
  const refs = [configMap(one, "peer"), configMap(two, "peer")];
  east.put(configMap(one, "peer"), {});
  west.put(configMap(two, "peer"), { metadata: { finalizers: ["example.test/holds"] } });
  const both = makeStep({
    phase: "export",
    title: "both",
    rule,
    action: { do: "delete-together", refs, withinMs: 9_000 },
    done: all(...refs.map((ref): Condition => ({ kind: "absent", ref }))),
  });
  const held = { object: "two: ConfigMap default/peer", finalizers: "example.test/holds" };
  expect(await troubleOf(both, east, [west])).toMatchObject({ trouble: [{ code: "MF913", params: held }] });

  const [cluster, folder, builder] = [new MemoryCluster(one), new MemoryFolder(), new PlanBuilder()];
  const made = configMap(one, "made");
  const plan = builder.phase("export", [builder.apply("export", made, { a: "1" })]).plan();
  await runInMemory(plan, { clusters: [cluster], folder });
  await cluster.mergePatch(made, { metadata: { finalizers: ["example.test/holds"] } });
  const { told } = await undoInMemory(plan, { clusters: [cluster], folder });
  expect(told.find(({ type }) => type === "step-ended")).toMatchObject({ result: { trouble: { code: "MF913" } } });
});

test("a webhook that does not answer, once the step's time is up; credentials that are not taken, at once", async () => {
  const message = 'Internal error occurred: failed calling webhook "check.example.test": connection refused';
  const silent = new ApiFailure({ reason: "server-error", request: "PATCH /x", status: 500, message });
  const cluster = answering(put({ x: "old" }), ({ verb }) => (verb === "patch" ? silent : null));
  expect(await troubleOf(patch(), cluster)).toMatchObject({
    trouble: [{ code: "MF922", params: { webhook: "check.example.test", does: "patch", reply: message } }],
  });
  const shut = answering(put({ x: "old" }), ({ verb }) => (verb === "patch" ? failure("unauthorized", 401) : null));
  expect(await troubleOf(patch(), shut)).toMatchObject({ trouble: [{ code: "MF921", params: { cluster: "one" } }] });
  expect(shut.requests.filter(({ verb }) => verb === "patch")).toHaveLength(1);
});

test("one of two deletes that must go together does not: which", async () => {
  const [east, west] = [new MemoryCluster(one), new MemoryCluster(two)];
  const refs = [configMap(one, "peer"), configMap(two, "peer")];
  east.put(configMap(one, "peer"), {});
  answering(west, ({ verb }) => (verb === "delete" ? failure("server-error", 500) : null)).put(
    configMap(two, "peer"),
    {},
  );
  const step = makeStep({
    phase: "export",
    title: "both",
    rule,
    action: { do: "delete-together", refs, withinMs: 9_000 },
  });
  expect(await troubleOf(step, east, [west])).toMatchObject({
    trouble: [{ code: "MF915", params: { gone: 1, all: 2, left: "two: ConfigMap default/peer" } }],
  });
});

test("a slot that stays empty", async () => {
  const slot = slotId("address");
  const step = (builder: PlanBuilder) => {
    builder.slots.push({ id: slot, type: "addresses", from: theirs, pointer: "/status/ingress" });
    return builder.apply("export", configMap(one, "made"), { at: { $slot: slot } });
  };
  expect(await troubleOf(step, put({}))).toMatchObject({
    trouble: [{ code: "MF919", params: { seen: "address is empty" } }],
  });
});
