// A run beside others: a second run, one that was killed, machines whose clocks are wrong, a colleague, and what somebody else owns.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leaseRef } from "../../src/run/lease.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { until } from "../machine/until.ts";
import { isFull } from "./extent.ts";
import { apiProxy, isWrite } from "./live-api-proxy.ts";
import { made, type Made, runOf, troubles } from "./live-made.ts";
import { east, liveRun, type LiveResult, resultFile, runInProcess } from "./live-run.ts";
import { leftBy, undisturbed } from "./live-whole.ts";

const untilHeld = async ({ client }: Made) =>
  until("a run holds the Lease", async () => ((await client.get(leaseRef(east))) === null ? null : true), {
    timeoutMs: 60_000,
  });

const expectWhole = async (here: Made) => expect(await leftBy(here)).toEqual(await undisturbed());

test("two runs at once: the second is told who is at work, the first finishes", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  proxy.judge = (asked) => (isWrite(asked) ? { delayMs: 1_000 } : "pass");
  const quick = { takeOver: false, leaseSeconds: 8 };
  const first = liveRun({ ...runOf(here, proxy.kubeconfig), ...quick }, { holder: "the first" });
  await untilHeld(here);
  const second = await liveRun({ ...runOf(here), ...quick }, { holder: "the second" });
  expect(second).toMatchObject({ end: "stopped", trouble: { code: "MF909", params: { holder: "the first" } } });
  expect(await first).toMatchObject({ end: "finished" });
  await expectWhole(here);
  expect(await here.client.get(leaseRef(east))).toBe(null);
});

test("the Lease of a run that was killed is taken over when it has not been renewed for its duration", async () => {
  const here = await made();
  const run = { ...runOf(here), leaseSeconds: 5 };
  expect(await runInProcess({ ...run, killAfter: 4 })).toBe("SIGKILL");
  expect(await here.client.get(leaseRef(east))).not.toBe(null);
  const began = performance.now();
  expect(await liveRun({ ...run, takeOver: false })).toMatchObject({ end: "finished" });
  expect(performance.now() - began).toBeGreaterThan(5_000);
  expect(await here.client.get(leaseRef(east))).toBe(null);
});

test("a colleague's change between look and write stops the step, and is kept", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const { theirs } = here.world;
  const plane = { apiVersion: "maistra.io/v2", kind: "ServiceMeshControlPlane", namespace: theirs, name: "basic" };
  let edited: Promise<unknown> | null = null;
  // While the look's answer is under way.
  proxy.judge = ({ method, path }) => {
    if (method !== "PATCH" || !path.includes("servicemeshcontrolplanes")) return "pass";
    edited ??= here.shared.api.patch(plane, "merge", { spec: { version: "v2.5" } });
    return { delayMs: 1_000 };
  };
  const result = await liveRun(runOf(here, proxy.kubeconfig));
  expect([result.end, troubles(result)]).toMatchObject(["stopped", [{ code: "MF902", params: { parts: "/spec" } }]]);
  expect(await here.shared.api.get(plane)).toMatchObject({ spec: { version: "v2.5" } });
});

test("objects and fields of others are refused by name", async () => {
  const here = await made();
  const { api } = here.shared;
  const { ours, nodePort } = here.world;
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: ours } });
  const foreign = await liveRun(runOf(here));
  expect(troubles(foreign)).toMatchObject([{ code: "MF900", params: { object: `east: Namespace ${ours}` } }]);
  const labels = { "app.kubernetes.io/managed-by": "meshferry" };
  await api.patch({ apiVersion: "v1", kind: "Namespace", name: ours }, "merge", { metadata: { labels } });
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: ours, name: "meshferry-gateway", labels },
    spec: { type: "NodePort", selector: { app: "other" }, ports: [{ name: "tls", port: 15443, nodePort }] },
  };
  await api.apply(service, "gardener");
  const conflict = await liveRun(runOf(here));
  expect(troubles(conflict)).toMatchObject([
    { code: "MF901", params: { manager: "gardener", fields: ".spec.selector" } },
  ]);
});

/** By the server's clock a date of the Lease, in minutes from now. */
async function renewedIn({ client }: Made): Promise<number> {
  const time = valueAt((await client.get(leaseRef(east)))?.body, "/spec/renewTime");
  return (Date.parse(typeof time === "string" ? time : "") - Date.now()) / 60_000;
}

if (isFull)
  test("a killed run's Lease from the future is taken over after its duration, by a machine whose clock is behind", async () => {
    const here = await made();
    const run = { ...runOf(here), leaseSeconds: 5 };
    expect(await runInProcess({ ...run, killAfter: 15 }, 10)).toBe("SIGKILL");
    expect(await renewedIn(here)).toBeGreaterThan(9);
    const began = performance.now();
    expect(await runInProcess({ ...run, takeOver: false }, -10)).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(5_000);
    await expectWhole(here);
  });

test("a Lease that a machine renews whose clock is behind is not taken by one whose clock is ahead", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  proxy.judge = (asked) => (isWrite(asked) && !asked.path.includes("/leases") ? { delayMs: 1_000 } : "pass");
  const quick = { takeOver: false, leaseSeconds: 8 };
  const first = runInProcess({ ...runOf(here, proxy.kubeconfig), ...quick }, -10);
  await untilHeld(here);
  expect(await renewedIn(here)).toBeLessThan(-9);
  const second = { ...runOf(here), ...quick };
  expect(await runInProcess(second, 10)).toBe(1);
  const told = JSON.parse(readFileSync(join(second.folder, resultFile), "utf8")) as LiveResult;
  expect(told).toMatchObject({ end: "stopped", trouble: { code: "MF909" } });
  expect(await first).toBe(0);
  await expectWhole(here);
});
