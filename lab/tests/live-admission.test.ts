// What a cluster's own rules keep a run from: an admission policy, a webhook that denies or does not answer, a finalizer that holds.
import { expect, onTestFinished, test } from "vitest";
import type { RunEvent } from "../../src/run/run-event.ts";
import { systemClock } from "../../src/run/clock.ts";
import { apiProxy } from "./live-api-proxy.ts";
import { made, type Made, runOf, troubles, withTimeouts } from "./live-made.ts";
import { liveRun } from "./live-run.ts";
import { leftBy, twice, undisturbed } from "./live-whole.ts";
import { webhook } from "./live-webhook.ts";

const expectWhole = async (here: Made) => expect(await leftBy(here)).toEqual(await undisturbed());

test("an admission policy that says no is quoted; once it is gone, the run goes on", async () => {
  const here = await made();
  const { api } = here.shared;
  const name = `no-${here.world.ours}`;
  const group = "admissionregistration.k8s.io/v1";
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": here.world.ours } };
  await api.create({
    apiVersion: group,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        namespaceSelector,
        resourceRules: [
          {
            apiGroups: ["networking.istio.io"],
            apiVersions: ["*"],
            operations: ["CREATE"],
            resources: ["serviceentries"],
          },
        ],
      },
      validations: [{ expression: "false", message: "no entries on Wednesdays" }],
    },
  });
  await api.create({
    apiVersion: group,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  });
  const drop = async () => {
    await api.delete({ apiVersion: group, kind: "ValidatingAdmissionPolicyBinding", name });
    await api.delete({ apiVersion: group, kind: "ValidatingAdmissionPolicy", name });
  };
  onTestFinished(drop);
  // The API server takes policies up after a moment.
  await systemClock.sleep(3_000, new AbortController().signal);
  const run = runOf(here);
  const result = await liveRun(run);
  expect(troubles(result)).toMatchObject([
    { code: "MF906", params: { reply: expect.stringContaining("no entries on Wednesdays") as string } },
  ]);
  await drop();
  await systemClock.sleep(3_000, new AbortController().signal);
  expect(await liveRun(run)).toMatchObject({ end: "finished" });
  await expectWhole(here);
});

test("a webhook that denies is quoted; one that is away is named once the time is up; where it comes back, the run goes on", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const hook = await webhook(here.shared);
  await hook.answer("deny");
  await hook.watchOver(here.world.ours);
  const run = { ...runOf(here, proxy.kubeconfig), plan: withTimeouts(here.plan, 10_000) };
  const denied = await liveRun(run);
  const reply = `admission webhook "${hook.name}" denied the request: no entries on Thursdays`;
  expect(troubles(denied)).toMatchObject([{ code: "MF906", params: { does: "apply", reply } }]);
  expect(await hook.asked()).toBeGreaterThan(0);

  await hook.answer(null);
  const silent = await liveRun({ ...run, plan: withTimeouts(here.plan, 3_000) });
  expect(troubles(silent)).toMatchObject([{ code: "MF922", params: { webhook: hook.name } }]);
  expect(silent.told.filter(({ type }) => type === "retrying").length).toBeGreaterThan(1);
  const failed = () => proxy.answered.filter(({ method, status }) => method === "PATCH" && status === 500).length;
  expect(failed()).toBeGreaterThan(1);

  const before = failed();
  const back: Promise<void>[] = [];
  const listeners: [(event: RunEvent) => void] = [
    ({ type }) => {
      if (type === "retrying" && back.length === 0) back.push(hook.answer("allow"));
    },
  ];
  const finished = await liveRun({ ...run, plan: withTimeouts(here.plan, 60_000) }, { listeners });
  await Promise.all(back);
  expect(finished).toMatchObject({ end: "finished", trouble: null });
  expect(failed()).toBeGreaterThan(before);
  expect(twice(proxy)).toEqual([]);
  await expectWhole(here);
});

test("a finalizer that holds what was deleted is named with its object; once it is gone, the run goes on", async () => {
  const here = await made();
  const { api } = here.shared;
  const proxy = await apiProxy(here.shared.cluster);
  const { theirs } = here.world;
  const federation = { apiVersion: "federation.maistra.io/v1", namespace: theirs };
  const held = [
    { ...federation, kind: "ExportedServiceSet", name: "west" },
    { ...federation, kind: "ServiceMeshPeer", name: "north" },
  ];
  const hold = async (name: (typeof held)[number], finalizers: readonly string[]) =>
    api.patch(name, "merge", { metadata: { finalizers } });
  for (const each of held) {
    onTestFinished(async () => void (await hold(each, []).catch(() => {})));
    await hold(each, ["example.test/holds"]);
  }
  const run = { ...runOf(here, proxy.kubeconfig), plan: withTimeouts(here.plan, 10_000) };
  for (const each of held) {
    const began = performance.now();
    const stopped = await liveRun({ ...run, plan: withTimeouts(here.plan, 4_000) });
    const object = `east: ${each.kind} ${theirs}/${each.name}`;
    expect(troubles(stopped)).toMatchObject([{ code: "MF913", params: { object, finalizers: "example.test/holds" } }]);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(stopped.told.filter(({ type }) => type === "waiting").length).toBeGreaterThan(0);
    expect(await api.get(each)).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) as string } });
    await hold(each, []);
  }
  expect(await liveRun(run)).toMatchObject({ end: "finished", trouble: null });
  expect(twice(proxy)).toEqual([]);
  await expectWhole(here);
});
