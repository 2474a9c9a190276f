// What the product sees of live meshes on their way from federation to the new path, and that it sees what is broken.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Condition } from "../../src/conditions/condition.ts";
import { indexPlan } from "../../src/conditions/planned.ts";
import type { Answers, Want } from "../../src/conditions/wants.ts";
import { wantKey } from "../../src/conditions/wants.ts";
import { certificateHashes } from "../../src/core/certificates.ts";
import { clusterId, host } from "../../src/core/ids.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import { valueAt } from "../../src/core/pointer.ts";
import { Looker } from "../../src/observe/look.ts";
import { requestCommand } from "../../src/observe/requests/scripts.ts";
import { readAnswers } from "../../src/observe/requests/read-answers.ts";
import { judgeOnce, until } from "../../src/observe/until.ts";
import { usualProbes } from "../../src/observe/world.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import type { VerifyView } from "../../src/present/model/verify-view.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { verdictText } from "../../test/support/judged.ts";
import { textOf } from "../../test/support/seen.ts";
import { carryOut, type LiveWorld, liveWorld, stepsIn } from "./live-meshes.ts";
import { federatedWorld, got, hosts, inClient, type World } from "./ossm2-world.ts";

let lab: World;
let world: LiveWorld;

beforeAll(async () => {
  lab = await federatedWorld("live-observe", {
    resyncMs: 10_000,
    blockMs: 20_000,
    gapMs: 1_000,
    takeBackMs: 2_000,
  });
  world = await liveWorld([lab.east.cluster, lab.west.cluster]);
}, 300_000);

afterAll(async () => {
  for (const client of world?.clients.values() ?? []) await client.close();
  await lab?.end();
});

const all = "east/istio-system/basic#all";
const client = deployment("east", "client", "curl");
const egress = deployment("east", "istio-system", "federation-egress");
const gateway = deployment("west", "istio-ingress", "eastwestgateway-istio");

function deployment(cluster: string, namespace: string, name: string): ObjectRef {
  return { cluster: clusterId(cluster), group: "apps", kind: "Deployment", namespace, name };
}

/** The version that istiod of 1.20 admits; the newest that the cluster serves is refused by its webhook. */
const istio = { apiVersion: "networking.istio.io/v1beta1" } as const;

async function expose(names: readonly string[]): Promise<void> {
  const ref = { ...istio, kind: "Gateway", namespace: "istio-ingress", name: "expose-services" };
  await lab.west.api.patch(ref, "json", [{ op: "replace", path: "/spec/servers/0/hosts", value: [...names].sort() }]);
}

/** The verdict within a time in which Envoy has long heard of everything. */
async function said(condition: Condition, timeoutMs = 40_000): Promise<string> {
  return verdictText(await until(condition, world, { timeoutMs }));
}

/** Waits until the verdict is this one: something was broken a moment ago. */
async function untilSaid(condition: Condition, wanted: RegExp): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    const text = verdictText(await judgeOnce(condition, world, AbortSignal.timeout(60_000)));
    if (wanted.test(text) || Date.now() > end) return text;
  }
}

async function look(...wants: readonly Want[]): Promise<Answers> {
  const plan = indexPlan(world.plan);
  return new Looker({ ...world, plan, probes: usualProbes }, AbortSignal.timeout(90_000)).look(wants);
}

const via = (way: "federation" | "east-west" | "none"): Condition => ({ kind: "endpoints", probes: all, via: way });
const reachable = (fresh = false): Condition => ({ kind: "reachable", probes: all, fresh });

describe("federation", () => {
  test("is what every client holds, on every host, and requests pass", async () => {
    expect(await said(via("federation"))).toBe("done");
    expect(await untilSaid(via("east-west"), /MF850/u)).toContain(
      "Gateway meshferry-imports/meshferry-west is not there",
    );
    expect(await said(reachable())).toBe("done");
  });
  test("its control planes and peers are ready and synced", async () => {
    for (const { done } of stepsIn(world.plan, "prepare")) expect(await said(done)).toBe("done");
  });
  test("a proxy's network, revision, roots and certificate", async () => {
    const { proxies } = await look({ want: "proxies", workload: client });
    const [proxy] = [...proxies.values()].flatMap((each) => ("unseen" in each ? [] : each));
    const own = await lab.east.api.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "client",
      name: "istio-ca-root-cert",
    });
    const pem = textOf(valueAt(own?.["data"], "/root-cert.pem"));
    expect(proxy).toMatchObject({ network: "network-east-mesh", revision: "default" });
    expect(proxy?.roots).toEqual(expect.arrayContaining(certificateHashes(pem)));
    // Its own, and that of its peer.
    expect(proxy?.roots).toHaveLength(2);
    expect(Date.parse(proxy?.certificate?.validTo ?? "")).toBeGreaterThan(Date.now());
    const roots = (include: NonNullable<typeof proxy>["roots"]): Condition => ({
      kind: "proxy-roots",
      workload: client,
      include,
    });
    expect(await said(roots(proxy?.roots ?? []))).toBe("done");
    expect(await untilSaid(roots(["sha256:none"]), /MF858/u)).toContain("do not trust all 1 roots yet");
    expect(await untilSaid({ kind: "proxy-network", workload: client, network: "other" }, /MF859/u)).toContain(
      "are in network network-east-mesh, not other",
    );
  });
  test("what is under way at its gateway is counted, and drains", async () => {
    const long = inClient(lab, ["curl", "-s", "-o", "/dev/null", `http://${hosts.a}:8000/delay/8`]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const drained: Condition = { kind: "drained", workloads: [egress], forMs: 3_000 };
    expect(await untilSaid(drained, /still carries [1-9]/u)).toMatch(/MF868.*still carries \d+ connection/u);
    await long;
  });
  test("each program that asks says the same", async () => {
    const asked = ["python3", "bash", "curl"] as const;
    for (const [name, port, speaks, good] of [
      [hosts.a, 8000, "http", true],
      [hosts.tcp, 9000, "tcp", true],
      ["nobody.svc.west-mesh-imports.local", 8000, "http", false],
    ] as const)
      for (const program of asked) {
        const limits = { answerMs: 5_000, heldMs: 2_000, bytes: 600 };
        const command = requestCommand(program, { host: name, port, speaks }, 2, "mark", limits) ?? [];
        const told = readAnswers(await inClient(lab, command), "mark", { speaks });
        expect(
          told.map((each) => each.good),
          `${program} to ${name}: ${JSON.stringify(told)}`,
        ).toEqual([good, good]);
      }
  });
});

describe("the exporter's side", () => {
  test("each step of the export phase is done by its own condition, the gateway's names and servers among them", async () => {
    await carryOut(world, "network");
    await carryOut(world, "export");
  });
  const exposes = (hosts_: readonly string[]): Condition => ({
    kind: "gateway-exposes",
    gateway,
    hosts: hosts_.map((each) => host(each)),
  });
  test("a name that is not exposed is reset, and one too many is seen", async () => {
    const sni = (of: string): Want => ({ want: "answerer", gateway, sni: `outbound_.8000_._.${of}` });
    const { answerer } = await look(sni(hosts.a), sni("httpbin.b.svc.west-mesh-imports.local"));
    expect(answerer.get(wantKey(sni(hosts.a)))).toEqual({ identity: "spiffe://west.local/ns/a/sa/httpbin" });
    expect(answerer.get(wantKey(sni("httpbin.b.svc.west-mesh-imports.local")))).toEqual({ refused: "a reset" });
    expect(await untilSaid(exposes([hosts.a]), /MF861/u)).toContain(`outbound_.8000_._.${hosts.b}`);
  });
  test("a host whose exposure is taken away", async () => {
    await expose([hosts.b, hosts.tcp]);
    try {
      expect(await untilSaid(exposes([hosts.a, hosts.b, hosts.tcp]), /MF860/u)).toContain(
        `does not pass on 1 of 3 names: no filter chain (outbound_.8000_._.${hosts.a})`,
      );
    } finally {
      await expose([hosts.a, hosts.b, hosts.tcp]);
    }
    expect(await said(exposes([hosts.a, hosts.b, hosts.tcp]))).toBe("done");
  });
});

describe("the importer's side", () => {
  test("the way out, the new endpoints with their names, requests on fresh connections", async () => {
    await carryOut(world, "import");
    for (const { action, done } of stepsIn(world.plan, "import"))
      if (action.do === "wait") expect(await said(done)).toBe("done");
    expect(await said(via("east-west"))).toBe("done");
    expect(await untilSaid(via("federation"), /MF863/u)).toMatch(
      /it holds 1 of the new gateway, not federation's alone/u,
    );
  });
  test("a freshly started proxy of the client's kind gets through, and its pod is gone afterwards", async () => {
    expect(await said(reachable(true), 90_000)).toBe("done");
    const { items } = await lab.east.api.list(
      { apiVersion: "v1", kind: "Pod" },
      { labels: "meshferry.dev/probe=true" },
    );
    expect(items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
  });
  test("an address where nobody is", async () => {
    const opened = (address: string): Want => ({ want: "opened", client, address, port: 15443 });
    const found = await look(opened("192.0.2.1"));
    expect([...found.opened.values()]).toEqual([
      { open: false, why: expect.stringMatching(/deadline exceeded|timeout/u) },
    ]);
  });
  test("a wrong name: the proxies say it, and requests fail", async () => {
    const entry = { ...istio, kind: "ServiceEntry", namespace: "meshferry-imports", name: hosts.a };
    const path = "/spec/subjectAltNames";
    const right = valueAt((await got(lab.east, entry))["spec"] ?? null, "/subjectAltNames") ?? [];
    await lab.east.api.patch(entry, "json", [{ op: "replace", path, value: ["spiffe://west.local/ns/a/sa/other"] }]);
    expect(await untilSaid(via("east-west"), /MF864/u)).toMatch(/accepts spiffe:\/\/.*\/ns\/a\/sa\/other/u);
    expect(await untilSaid(reachable(), /MF865/u)).toMatch(/0 of \d+ requests were answered/u);
    await lab.east.api.patch(entry, "json", [{ op: "replace", path, value: right }]);
    expect(await said({ kind: "all", of: [via("east-west"), reachable()] }, 60_000)).toBe("done");
  });
  test("connections that a proxy keeps do not hide that its host is not exposed any more", async () => {
    await inClient(lab, ["curl", "-s", `http://${hosts.a}:8000/headers`]);
    await expose([hosts.b, hosts.tcp]);
    expect(await untilSaid(reachable(), /MF865/u)).toContain(`to ${hosts.a}:8000`);
    await expose([hosts.a, hosts.b, hosts.tcp]);
    expect(await said(reachable(), 60_000)).toBe("done");
  });
  test("federation's gateway has nothing left to do", async () => {
    expect(await said({ kind: "drained", workloads: [egress], forMs: 3_000 }, 60_000)).toBe("done");
  });
});

describe("meshferry verify", () => {
  async function verified(...flags: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), "live-observe-"));
    writeFileSync(join(folder, "plan.json"), [...planJson(world.plan)].join(""));
    const clusters = [lab.east.cluster, lab.west.cluster].flatMap(({ name, kubeconfig }) => [
      "--mesh",
      `${name}=context:`,
      "--kubeconfig",
      `${name}=${kubeconfig}`,
    ]);
    const ran = await run(folder, ["verify", ".", ...clusters, ...flags]);
    rmSync(folder, { recursive: true });
    return ran;
  }
  test("says that everybody gets through, in 80 columns, and as data", async () => {
    const shown = await verified();
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toContain("6 of 6 pairs get through, from the clients' own pods.");
    for (const line of shown.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const told = JSON.parse((await verified("-o", "json", "--fresh")).stdout) as VerifyView;
    expect([told.holds, told.fresh, told.counts]).toEqual([true, true, { pairs: 6, ok: 6, failing: 0, notChecked: 0 }]);
    expect(new Set(told.pairs.map(({ path }) => path))).toEqual(new Set(["east-west"]));
  });
  test("says what does not hold, and where", async () => {
    await expose([hosts.a, hosts.tcp]);
    try {
      const { code, stdout } = await verified("-o", "json");
      const told = JSON.parse(stdout) as VerifyView;
      expect([code, told.counts]).toEqual([1, { pairs: 6, ok: 4, failing: 2, notChecked: 0 }]);
      expect(told.pairs.filter(({ holds }) => !holds).map((pair) => pair.host)).toEqual([hosts.b, hosts.b]);
      expect(told.gateways.map(({ seen }) => seen?.code)).toEqual(["MF860"]);
      expect(told.states.every(({ holds }) => holds)).toBe(true);
    } finally {
      await expose([hosts.a, hosts.b, hosts.tcp]);
    }
  });
});

test("nothing that a proxy was asked for holds a key", async () => {
  const east = world.clients.get(clusterId("east"));
  const pods = await east?.list({ group: "", kind: "Pod" }, { namespace: "client", labels: "app=curl" });
  const pod = pods?.objects[0]?.ref;
  const seen: string[] = [];
  const spied = new Proxy(east ?? {}, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== "exec" || typeof value !== "function")
        return typeof value === "function" ? value.bind(target) : value;
      return async (...args: unknown[]) => {
        const result = (await value.apply(target, args)) as { readonly stdout: string };
        seen.push(result.stdout);
        return result;
      };
    },
  }) as NonNullable<typeof east>;
  expect(pod).toBeDefined();
  const plan = indexPlan(world.plan);
  const spying = { plan, clients: new Map([[clusterId("east"), spied]]), probes: usualProbes };
  await new Looker(spying, AbortSignal.timeout(30_000)).look([
    { want: "proxies", workload: client },
    { want: "hosts", workload: client, host: host(hosts.a), port: 8000 },
    { want: "idle", workload: egress },
  ]);
  expect(seen.length).toBeGreaterThanOrEqual(5);
  const shown = seen.join("\n") + seen.map((text) => Buffer.from(text, "base64").toString("latin1")).join("\n");
  expect(shown).not.toMatch(/PRIVATE KEY|private_key/u);
});
