// A run on a bad day: a server that refuses, breaks off and dawdles, a second run, a colleague, and an admission policy.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/run/clock.ts";
import { leaseRef } from "../../src/run/lease.ts";
import { apiProxy, type Asked, isWrite, type Verdict } from "./live-api-proxy.ts";
import { made, type Made, troubles } from "./live-made.ts";
import { east, type LiveRun, liveRun, runInProcess } from "./live-run.ts";
import { planFolder, refs } from "./live-run-plan.ts";

const runOf = ({ plan, shared }: Made, kubeconfig = shared.cluster.kubeconfig): LiveRun => ({
  folder: planFolder(),
  plan,
  cluster: east,
  kubeconfig,
});

async function expectWhole({ client, world }: Made): Promise<void> {
  const at = refs(world);
  expect((await client.get(at.entry))?.body).toMatchObject({ spec: { exportTo: ["canary", "shop"] } });
  expect((await client.get(at.plane))?.body).toMatchObject({ spec: { techPreview: {} } });
  for (const ref of [at.exports, at.imports, ...at.peers]) expect(await client.get(ref)).toBe(null);
}

/** Every third request, discovery apart, which is asked again only with a new process. */
function everyThird(verdict: Verdict): (asked: Asked) => Verdict {
  let count = 0;
  return ({ path }) => {
    if (!path.includes("/namespaces/") && !path.includes("/namespaces?")) return "pass";
    count += 1;
    return count % 3 === 0 ? verdict : "pass";
  };
}

describe("a server that", () => {
  test.each<[string, Verdict]>([
    ["answers 429 with Retry-After", { status: 429, retryAfterSeconds: 1 }],
    ["answers 500", { status: 500 }],
    ["answers 503", { status: 503 }],
    ["resets the connection", "reset"],
    ["carries out and does not answer", "lost"],
    ["breaks off in the middle of its answer", "half"],
    ["is slow", { delayMs: 300 }],
  ])("%s: the same end, no write twice", async (_name, verdict) => {
    const here = await made();
    const proxy = await apiProxy(here.shared.cluster);
    proxy.judge = everyThird(verdict);
    const result = await liveRun(runOf(here, proxy.kubeconfig));
    expect([result.end, troubles(result)]).toEqual(["finished", []]);
    expect(proxy.disturbed).toBeGreaterThan(5);
    await expectWhole(here);
    if (verdict !== "lost" && verdict !== "half") return;
    // What has been carried out is not sent again. The entry is written by two steps; the restart's look says that it is done.
    const sent = proxy.asked.filter((each) => isWrite(each) && !each.path.includes("/leases"));
    const paths = sent.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    expect(paths).toHaveLength(new Set(paths).size + 1);
  });
});

test("two runs at once: the second is told who is at work, the first finishes", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  proxy.judge = (asked) => (isWrite(asked) ? { delayMs: 1_000 } : "pass");
  const quick = { takeOver: false, leaseSeconds: 8 };
  const first = liveRun({ ...runOf(here, proxy.kubeconfig), ...quick }, { holder: "the first" });
  await systemClock.sleep(2_500, new AbortController().signal);
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

test("a full disk stops the run before it acts", async () => {
  const here = await made();
  const run = runOf(here);
  const journal = join(run.folder, "journal");
  mkdirSync(journal);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", journal]);
  onTestFinished(() => void execFileSync("umount", [journal]));
  const proxy = await apiProxy(here.shared.cluster);
  const result = await liveRun({ ...run, kubeconfig: proxy.kubeconfig });
  expect(result).toMatchObject({
    end: "stopped",
    trouble: { code: "MF911", params: { why: "no space is left on the disk" } },
  });
  const before = proxy.asked.filter((each) => isWrite(each) && !each.path.includes("/leases")).length;
  execFileSync("mount", ["-o", "remount,size=4m", journal]);
  expect(await liveRun({ ...run, kubeconfig: proxy.kubeconfig })).toMatchObject({ end: "finished" });
  expect(before).toBeLessThan(12);
  await expectWhole(here);
});
