// A whole migration as its users do it: a plan from live contexts, applied under load up to the end of federation, looked at, applied again.
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, type Ran } from "../../test/cli/run-meshferry.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { failedOf } from "../load/analyse.ts";
import { httpClients, tcpClient } from "../load/load-client.ts";
import { reportLines } from "../load/report-text.ts";
import { startLoad } from "../load/start-load.ts";
import { ask } from "../mesh/ask.ts";
import { type HonestView, honestView } from "../ossm2/honest-view.ts";
import { standInTiming } from "./extent.ts";
import { federatedWorld, hosts, type World } from "./ossm2-world.ts";

let world: World;
let folder = "";
const views = new Map<string, HonestView>();

beforeAll(async () => {
  world = await federatedWorld("migration", standInTiming, true);
  folder = await mkdtemp(join(tmpdir(), "meshferry-migration-"));
  for (const { cluster } of [world.east, world.west]) views.set(cluster.name, await honestView(cluster));
  writeFileSync(join(folder, "meshferry.yaml"), config());
}, 400_000);

afterAll(async () => {
  for (const view of views.values()) await view.close();
  await world?.end();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

/**
 * The guide's order: federation goes while 2.6 stays. Nothing is restarted for its certificate: proxies hold the roots of peers
 * already, and a federation gateway of one pod that restarts cuts the requests under way.
 */
function config(): string {
  const meshes = [...views].map(([name, view]) => ({ name, context: name, kubeconfig: view.kubeconfig }));
  const trust = { order: "combined-root" };
  return JSON.stringify({ apiVersion: "meshferry/config.v1", meshes, trust });
}

async function meshferry(...words: string[]): Promise<Ran> {
  return run(folder, [...words, "--config", "meshferry.yaml"], { now: () => new Date() });
}

const phases = [
  "prepare",
  "trust",
  "network",
  "export",
  "import",
  "shift",
  "retire-exports",
  "retire-imports",
  "retire-peers",
] as const;
const apply = ["apply", "plan", "--without-rehearsal", "--yes", "--drain-timeout", "20s"];

/** One at the shift, and one at each resync of federation until then, for each exchange that was under way. */
const tcpAtNewAddresses = 10;

/** Without the Lease, which is taken and given back by every run, and probes' pods. */
function objectWrites(): string[] {
  return [...views.values()].flatMap(({ writes }) =>
    writes.filter((each) => !each.includes("/leases") && !/\/namespaces\/[^/]+\/pods/u.test(each)),
  );
}

test("federation ends under load, and no HTTP request is lost", async () => {
  const planned = await meshferry("plan", "--out", "plan", "--no-rehearse");
  expect([planned.code, planned.stderr]).toEqual([0, expect.stringMatching(/^note: \d+ files written to plan\n$/u)]);
  expect(objectWrites()).toEqual([]);

  const { east, client } = world;
  const access = {
    api: east.api,
    kubeconfig: east.cluster.kubeconfig,
    kubectl: client.built.binaries["kubectl"] ?? "",
  };
  const clients = [
    ...httpClients("a", hosts.a, 8000),
    ...httpClients("b", hosts.b, 8000),
    tcpClient("echo", hosts.tcp, 9000),
  ];
  const load = await startLoad(access, { namespace: "client", serviceAccount: "curl", name: "load" }, clients);
  try {
    for (const phase of phases) {
      await load.mark(phase);
      const { code, stdout, stderr } = await meshferry(...apply, "--until", phase);
      expect([phase, code, stderr], stdout).toEqual([phase, 0, ""]);
    }
  } catch (error) {
    await load.discard();
    throw error;
  }
  const { report, envoy } = await load.stop();
  process.stdout.write(`${reportLines("migration", report, envoy).join("\n")}\n`);
  expect(report.gaps).toEqual([]);
  expect(failedOf(report, "http")).toBe(0);
  // Short exchanges that meet the moment of a new address go nowhere (docs/facts.md, shift.tcp-new-address, federation.resync-interval).
  expect(failedOf(report, "tcp")).toBeLessThanOrEqual(tcpAtNewAddresses);
  expect(report.total).toBeGreaterThan(10_000);
}, 1_500_000);

test("status says that it is finished, and a second apply writes nothing", async () => {
  const status = await meshferry("status", "plan", "-o", "json");
  expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
    0,
    { run: { state: "finished", direction: "apply" } },
  ]);
  const before = objectWrites().length;
  expect(before).toBeGreaterThan(20);
  expect(await meshferry(...apply)).toMatchObject({ code: 0, stderr: "" });
  expect(objectWrites().slice(before)).toEqual([]);
}, 120_000);

test("istiods, gateways, servers and clients start anew, and requests pass, under the clients' own names", async () => {
  const { east, west, client } = world;
  const restarts = [
    [east, "istio-system", "istiod-basic"],
    [west, "istio-system", "istiod-basic"],
    [west, "istio-ingress", "eastwestgateway-istio"],
    [west, "a", "httpbin"],
    [west, "b", "httpbin"],
    [west, "b", "httpbin-v2"],
    [east, "client", "curl"],
    [east, "client", "other"],
  ] as const;
  for (const [side, namespace, name] of restarts) {
    const at = ["-n", namespace, `deployment/${name}`];
    const began = await kubectl(client.built, side.cluster, ["rollout", "restart", ...at]);
    const ended = await kubectl(client.built, side.cluster, ["rollout", "status", ...at], { timeoutMs: 150_000 });
    expect([began.status, ended.status], `${name}: ${began.stderr}${ended.stderr}`).toEqual([0, 0]);
  }
  for (const name of ["curl", "other"])
    for (const host of [hosts.a, hosts.b]) {
      const asking = { ...client, client: { namespace: "client", name } };
      const { status, hops } = await ask(asking, `http://${host}:8000/headers`);
      expect([host, status, hops]).toEqual([host, 200, [`spiffe://east.local/ns/client/sa/${name}`]]);
    }
}, 600_000);
