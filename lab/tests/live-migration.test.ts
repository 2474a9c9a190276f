// A whole migration as its users do it, under load: an endpoint is deleted in the middle, and federation ends. lab:full takes everything
// back in between, and goes there again.
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import type { RunEvent } from "../../src/run/run-event.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { failedIn, type LoadReport } from "../load/analyse.ts";
import { httpClients, tcpClient } from "../load/load-client.ts";
import { reportLines } from "../load/report-text.ts";
import type { RunningLoad } from "../load/start-load.ts";
import { ask } from "../mesh/ask.ts";
import { apply, expectUndone, type Migration, migration, phases, undo } from "./migrated-meshes.ts";
import { isFull } from "./extent.ts";
import { exportSet, got, hosts } from "./ossm2-world.ts";

let migrated: Migration;

beforeAll(async () => {
  migrated = await migration("migration");
}, 400_000);

afterAll(async () => migrated?.end());

/** One at each shift, there and back, and one at each resync of federation, for each exchange that was under way. */
const tcpAtNewAddresses = 20;

const sabotage = "an endpoint is deleted";

const all = [
  ...httpClients("a", hosts.a, 8000),
  ...httpClients("b", hosts.b, 8000),
  tcpClient("echo", hosts.tcp, 9000),
];
/** What two slow processors carry beside everything else: new connections that nobody tries again, kept ones as Istio leaves them, TCP. */
const few = ["a http-new without retries", "a http-kept", "b http-new without retries", "echo tcp"];
const clients = isFull ? all : all.filter(({ name }) => few.includes(name));

test("a whole migration under load: no HTTP request is lost but by an endpoint that somebody deletes, until it is back", async () => {
  const { finish, dumps, dumpsLike } = migrated;
  const load = await migrated.load(clients);
  const forward = async (again: string, names: readonly string[]): Promise<void> => {
    for (const phase of names) {
      await load.mark(`${phase}${again}`);
      await finish(...apply, "--until", phase);
    }
  };
  try {
    const before = await dumps();
    await forward("", phases.slice(0, phases.indexOf("shift")));
    await sabotaged(load);
    if (isFull) {
      await load.mark("undo");
      await finish(...undo, "--to", "start");
      expectUndone(await dumpsLike(before), before);
      await forward(", again", phases);
    } else await forward("", phases.slice(phases.indexOf("retire-exports") + 1));
  } catch (error) {
    await load.discard();
    throw error;
  }
  const { report, envoy } = await load.stop();
  process.stdout.write(`${reportLines("migration", report, envoy).join("\n")}\n`);
  expect(report.gaps).toEqual([]);
  expect(report.total).toBeGreaterThan(10_000);
  const [broken, ...whole] = inTwo(report);
  // At least two clients of the host, 25 requests a second each.
  expect(failedIn(broken, "a http")).toBeGreaterThan(20);
  expect(whole.map((window) => [window.mark, failedIn(window, "http")])).toEqual(whole.map(({ mark }) => [mark, 0]));
  expect(failedIn(broken, "b http")).toBe(0);
  // Short exchanges that meet the moment of a new address go nowhere (docs/facts.md, shift.tcp-new-address, federation.resync-interval).
  const tcp = report.windows.reduce((sum, window) => sum + failedIn(window, "tcp"), 0);
  expect(tcp).toBeLessThanOrEqual(tcpAtNewAddresses);
}, 1_500_000);

type Window = LoadReport["windows"][number];

/** The window of the sabotage, then the others. */
function inTwo({ windows }: LoadReport): [Window, ...Window[]] {
  const broken = windows.find(({ mark }) => mark === sabotage);
  if (!broken) throw new Error("no sabotage");
  return [broken, ...windows.filter(({ mark }) => mark !== sabotage)];
}

/** Between the shift and the end of federation, somebody deletes the endpoint of a host that clients use by now. */
async function sabotaged(load: RunningLoad): Promise<void> {
  const { meshferry, world } = migrated;
  await load.mark("shift");
  const { east, west } = world;
  const kind = { apiVersion: "networking.istio.io/v1beta1", kind: "WorkloadEntry" };
  const { items } = await east.api.list(kind, { labels: `meshferry.dev/host=${hosts.a}` });
  const [{ metadata }] = items as [(typeof items)[number]];
  const { name, namespace = "" } = metadata;
  const endpoint = `east: WorkloadEntry ${namespace}/${name}`;
  const deletions: Promise<unknown>[] = [];
  const told: RunEvent[] = [];
  const stopped = await meshferry([...apply, "--until", "retire-exports", "-o", "json"], (event) => {
    told.push(event);
    if (event.type === "phase-ended" && event.phase === "shift" && deletions.length === 0)
      deletions.push(load.mark(sabotage, async () => east.api.delete({ ...kind, namespace, name })));
  });
  expect([stopped.code, await Promise.all(deletions)]).toEqual([1, [true]]);
  const trouble = troubleIn(told);
  expect(trouble).toMatchObject({ code: "MF924", subjects: [{ kind: "WorkloadEntry", name }] });
  expect(trouble?.params).toEqual({ objects: endpoint });
  process.stdout.write(
    `the run stopped ${secondsUntilStop(told)} s after the shift: ${JSON.stringify(trouble?.params)}\n`,
  );
  // Nothing of federation was taken away.
  await got(west, exportSet);

  const status = await meshferry(["status", "plan"]);
  expect(status.stdout).toMatch(/^last run +apply, stopped$/mu);
  expect(status.stdout.replaceAll(/\s+/gu, " ")).toContain(`why MF924: ${endpoint} is not there any more`);
  expect(status.stdout.replaceAll(/\s+/gu, " ")).toContain(`(${endpoint}): done, and not in place any more`);

  let repaired = false;
  const again = await meshferry([...apply, "--until", "retire-exports", "-o", "json"], (event) => {
    // The gate holds: requests pass again.
    if (event.type !== "phase-started" || event.phase !== "retire-exports") return;
    repaired = true;
    void load.mark("retire-exports, after the repair");
  });
  expect([again.code, repaired]).toEqual([0, true]);
}

function troubleIn(told: readonly RunEvent[]): Finding | null {
  for (const event of told.toReversed()) {
    if (event.type === "step-ended" && event.result.state === "stopped") return event.result.trouble;
    if (event.type === "run-ended" && event.trouble !== null) return event.trouble;
  }
  return null;
}

function secondsUntilStop(told: readonly RunEvent[]): number {
  const [from, to] = [
    told.find((event) => event.type === "phase-ended" && event.phase === "shift"),
    told.find(({ type }) => type === "run-ended"),
  ].map((event) => Date.parse(event?.at ?? ""));
  return ((to ?? 0) - (from ?? 0)) / 1000;
}

test("status says that it is finished, and a second apply writes nothing", async () => {
  const { meshferry, objectWrites } = migrated;
  const status = await meshferry(["status", "plan", "-o", "json"]);
  expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
    0,
    {
      run: {
        state: "finished",
        direction: "apply",
        stoppedBy: [],
        phases: phases.map((id) => ({ id, differing: [] })),
      },
    },
  ]);
  const before = objectWrites().length;
  expect(before).toBeGreaterThan(20);
  expect(await meshferry(apply)).toMatchObject({ code: 0, stderr: "" });
  expect(objectWrites().slice(before)).toEqual([]);
}, 120_000);

test("istiods, gateways, servers and clients start anew, and requests pass, under the clients' own names", async () => {
  const { east, west, client } = migrated.world;
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
