// The stand-in's behaviour over time, each time by a wrong order that it hurts, and by the right one as the control.
import { setTimeout as after } from "node:timers/promises";
import { afterAll, beforeEach, expect, test } from "vitest";
import { valueAt } from "../../src/core/pointer.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { waitFor } from "../api/wait-for.ts";
import type { Timing } from "../ossm2/mesh-memory.ts";
import { textAt } from "../ossm2/read-fields.ts";
import { isFull } from "./extent.ts";
import {
  asks,
  asWritten,
  eastPeer,
  exchanges,
  lostOnNewConnections,
  exportSet,
  got,
  hosts,
  importSet,
  inClient,
  isGone,
  isOk,
  istiod,
  mended,
  restarted,
  untilSaid,
  untilStatus,
  westPeer,
  type World,
} from "./ossm2-world.ts";

export function orderTests(worldOf: () => World, timing: Timing): void {
  const { resyncMs } = timing;
  let isBroken = false;
  const mend = async () => {
    if (isBroken) await mended(worldOf());
    isBroken = false;
  };
  beforeEach(mend, 180_000);
  afterAll(mend, 180_000);

  test("exports act at once, and come back with the same generation", async () => {
    const set = asWritten(await got(worldOf().west, exportSet));
    await worldOf().west.api.delete(exportSet);
    expect(await untilStatus(worldOf(), hosts.a, isGone, 5_000)).toBeLessThan(2_500);
    await worldOf().west.api.create(set);
    expect(await untilStatus(worldOf(), hosts.a, isOk, 10_000)).toBeLessThan(5_000);
    expect((await got(worldOf().west, exportSet)).metadata.generation).toBe(1);
  });

  test("imports go at a resync only, and a set made again is not looked at until its generation moves", async () => {
    isBroken = true;
    const set = asWritten(await got(worldOf().east, importSet));
    await untilSaid(worldOf(), "resynced", Date.now(), resyncMs + 10_000);
    const deleted = Date.now();
    await worldOf().east.api.delete(importSet);
    // Nothing happens at once, unlike with the exports.
    expect((await asks(worldOf(), hosts.a)).status).toBe(200);
    await untilStatus(worldOf(), hosts.a, isGone, resyncMs + 5_000);
    expect(Date.now() - deleted).toBeLessThan(resyncMs + 5_000);
    // What looks like an undo, and is none: two resyncs pass.
    const again = await worldOf().east.api.create(set);
    expect(again.metadata.generation).toBe(1);
    await after(2 * resyncMs + 1_000);
    expect((await asks(worldOf(), hosts.a)).status).not.toBe(200);
    const rows = valueAt(await got(worldOf().east, importSet), "/status/importedServices") as readonly JsonObject[];
    expect(rows.map(({ localService }) => localService)).toEqual(
      rows.map(() => ({ hostname: "", name: "", namespace: "" })),
    );
    expect(rows.length).toBe(3);
    await worldOf().east.api.patch(importSet, "merge", { spec: { locality: { region: "moved" } } });
    await untilStatus(worldOf(), hosts.a, isOk, resyncMs + 10_000);
  }, 120_000);

  test("a peer that goes before its exports leaves one export half there, and the worker stuck until istiod restarts", async () => {
    isBroken = true;
    // The control; a resync that moves addresses may meet one of them on a busy machine.
    expect((await exchanges(worldOf(), hosts.tcp, 40)).failed).toBeLessThan(4);
    const since = Date.now();
    await worldOf().west.api.delete(westPeer);
    const halfRemoved = textAt(await untilSaid(worldOf(), "peer worker stuck", since, 5_000), "/halfRemoved");
    const half = [hosts.a, hosts.b, hosts.tcp].find(
      (host) => host.split(".", 2).join() === halfRemoved.split(".", 2).join(),
    );
    // Only one is hurt, and only new connections show it: a pooled one that was made well stays well.
    const { failed } = await exchanges(worldOf(), hosts.tcp, 100);
    expect(Math.abs(failed - (half === hosts.tcp ? 50 : 0))).toBeLessThan(half === hosts.tcp ? 25 : 10);
    for (const host of [hosts.a, hosts.b]) {
      const lost = await lostOnNewConnections(worldOf(), host, 60);
      expect(Math.abs(lost - (half === host ? 30 : 0))).toBeLessThan(half === host ? 20 : 1);
    }
    // What the guide does next changes nothing any more, and a peer made again is not looked at.
    await worldOf().west.api.delete(exportSet);
    await after(resyncMs / 2);
    const others = [hosts.a, hosts.b].filter((host) => host !== half);
    for (const host of others) expect((await asks(worldOf(), host)).status).toBe(200);
    await restarted(worldOf().west, istiod);
    for (const host of others) await untilStatus(worldOf(), host, isGone, 30_000);
  }, 180_000);

  if (isFull)
    test("a peer whose exports have gone and been taken note of goes without harm", async () => {
      isBroken = true;
      const since = Date.now();
      await worldOf().west.api.delete(exportSet);
      await untilStatus(worldOf(), hosts.a, isGone, 5_000);
      await after(timing.takeBackMs);
      await Promise.all([worldOf().west.api.delete(westPeer), worldOf().east.api.delete(eastPeer)]);
      await after(2 * resyncMs);
      const harm = ["peer worker stuck", "resync blocks"];
      expect(worldOf().said.filter(({ event, at }) => harm.includes(event) && at >= since)).toEqual([]);
    }, 120_000);

  test("a lone peer keeps its istiod from pushing anything", async () => {
    isBroken = true;
    // The control: while both ends are there, an entry is in the proxy in a moment.
    await worldOf().east.api.apply(entry("before.example"), "tests");
    expect(await untilKnown(worldOf(), "before.example", 10_000)).toBeLessThan(8_000);
    await worldOf().west.api.delete(exportSet);
    await after(timing.takeBackMs + 500);
    const since = Date.now();
    await worldOf().west.api.delete(westPeer);
    await untilSaid(worldOf(), "resync blocks", since, resyncMs + 10_000);
    const shut = Date.now();
    await worldOf().east.api.apply(entry("during.example"), "tests");
    await worldOf().east.api.delete(eastPeer);
    await after(timing.blockMs / 2);
    expect(await knows(worldOf(), "during.example")).toBe(false);
    // istiod itself looks ready, and answers: a fresh pod gets its sidecar and its configuration.
    await waitFor(
      worldOf().east.api,
      istiod,
      "ready",
      (object) => valueAt(object, "/status/readyReplicas") === 1,
      1_000,
    );
    await untilKnown(worldOf(), "during.example", 2 * timing.blockMs);
    expect(Date.now() - shut).toBeGreaterThan(timing.blockMs - 1_000);
  }, 180_000);
}

function entry(host: string) {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: host.replace(".", "-"), namespace: "client" },
    spec: {
      hosts: [host],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
      endpoints: [{ address: "192.0.2.1" }],
    },
  };
}

/** Whether the client's sidecar has the host: it is the one that answers its application's questions for names. */
async function knows(world: World, host: string): Promise<boolean> {
  const look = `import socket; print(socket.gethostbyname('${host}'))`;
  return (await inClient(world, ["python3", "-c", look])).startsWith("240.");
}

async function untilKnown(world: World, host: string, timeoutMs: number): Promise<number> {
  const begun = Date.now();
  while (!(await knows(world, host))) {
    if (Date.now() - begun > timeoutMs) throw new Error(`the client does not know ${host} after ${timeoutMs} ms`);
    await after(200);
  }
  return Date.now() - begun;
}

export function resyncTests(worldOf: () => World): void {
  test("each resync makes the imported services anew, and cuts a long connection once its old address has drained", async () => {
    const before = await dialled(worldOf());
    const inMesh = "tcp-near.client.svc.cluster.local";
    await worldOf().east.api.apply(nearServer, "tests");
    await worldOf().east.api.apply(nearService, "tests");
    await waitFor(
      worldOf().east.api,
      { ...nearDeployment },
      "ready",
      (object) => valueAt(object, "/status/readyReplicas") === 1,
      60_000,
    );
    // The control: a connection within the mesh lives as long.
    const [federated, near] = await Promise.all([held(worldOf(), hosts.tcp, 75), held(worldOf(), inMesh, 75)]);
    expect(near).toBe("lived");
    expect(Number(federated)).toBeGreaterThan(20);
    const later = await dialled(worldOf());
    expect(later.map(({ host }) => host)).toEqual(before.map(({ host }) => host));
    for (const [index, { created, address }] of later.entries()) {
      expect(created).not.toBe(before[index]?.created);
      expect(address).toMatch(/^240\.241\./u);
    }
  }, 180_000);
}

async function dialled(world: World) {
  const { items } = await world.east.api.list(
    { apiVersion: "networking.istio.io/v1beta1", kind: "ServiceEntry" },
    { labels: "lab.meshferry/stand-in=ossm2" },
  );
  return items
    .filter(({ metadata }) => !metadata.name.endsWith(".remote"))
    .map((item) => ({
      host: textAt(item, "/spec/hosts/0"),
      address: textAt(item, "/spec/addresses/0"),
      created: item.metadata.creationTimestamp,
    }))
    .sort((left, right) => (left.host < right.host ? -1 : 1));
}

/** Holds one connection, with a line each second: "lived", or after how many seconds it was cut. */
async function held(world: World, host: string, seconds: number): Promise<string> {
  const program = `
import socket, sys, time
s = socket.create_connection((sys.argv[1], 9000), 5); s.settimeout(5); begun = time.time(); end = "lived"
while time.time() - begun < float(sys.argv[2]):
    try:
        s.sendall(b"x\\n")
        if s.recv(100) == b"": raise OSError
    except OSError: end = str(int(time.time() - begun)); break
    time.sleep(1)
print(end)`;
  return inClient(world, ["python3", "-u", "-c", program, host, String(seconds)], (seconds + 30) * 1000);
}

const nearDeployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: "client", name: "tcp-near" };
const nearLabels = { app: "tcp-near" };
const nearServer = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "tcp-near", namespace: "client" },
  spec: {
    selector: { matchLabels: nearLabels },
    template: {
      metadata: { labels: nearLabels, annotations: { "sidecar.istio.io/inject": "true" } },
      spec: {
        containers: [{ name: "app", image: "lab.local/tcp:1", imagePullPolicy: "Never", args: ["9000", "near"] }],
      },
    },
  },
};
const nearService = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "tcp-near", namespace: "client" },
  spec: { selector: nearLabels, ports: [{ name: "tcp", port: 9000 }] },
};
