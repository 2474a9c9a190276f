// Two federated meshes on a lab of their own, for tests that break federation: what they need to break it, and to mend it.
import { setTimeout as after } from "node:timers/promises";
import { join } from "node:path";
import process from "node:process";
import { inject } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { KubeApi } from "../api/kube-api.ts";
import type { LiveObject, Manifest, ObjectName } from "../api/live-object.ts";
import { isRolledOut, waitFor, waitForNone } from "../api/wait-for.ts";
import { kubectl } from "../cluster/kubectl.ts";
import { clusterNamed, type Lab, type LabCluster } from "../cluster/lab-cluster.ts";
import { removeLab } from "../cluster/remove-lab.ts";
import { placesFrom } from "../machine/places.ts";
import { until } from "../machine/until.ts";
import { sayOnTerminal as say } from "../machine/progress.ts";
import { type Answer, ask, type Asking } from "../mesh/ask.ts";
import type { StartingPoint } from "../mesh/starting-point.ts";
import { upMesh } from "../mesh/up-mesh.ts";
import type { Timing } from "../ossm2/mesh-memory.ts";
import { federate, link, runStandIn } from "../ossm2/start-federation.ts";
import type { StandIn } from "../ossm2/stand-in.ts";
import { testLabs } from "./test-labs.ts";

export interface Side {
  readonly cluster: LabCluster;
  readonly api: KubeApi;
}

export interface World {
  readonly lab: Lab;
  readonly start: StartingPoint;
  readonly east: Side;
  readonly west: Side;
  readonly client: Asking;
  /** What the stand-in said. */
  readonly said: readonly (JsonObject & { readonly event: string; readonly at: number })[];
  readonly end: () => Promise<void>;
}

export const hosts = {
  a: "httpbin.a.svc.west-mesh-imports.local",
  b: "httpbin.b.svc.cluster.local",
  tcp: "tcp-echo.a.svc.west-mesh-imports.local",
};

/** Only for beforeAll; `end` is for afterAll, also after failure. `named`: istiod is named as OSSM 2's (UpMeshOptions). */
export async function federatedWorld(name: string, timing: Timing, named = false): Promise<World> {
  const state = join(testLabs, name);
  const built = inject("built");
  const stopped = new AbortController();
  const said: World["said"][number][] = [];
  await removeLab(state);
  const { lab, start } = await upMesh({ ...placesFrom(process.env), state, built, say, named });
  const log = (event: string, facts: JsonObject): void => void said.push({ ...facts, event, at: Date.now() });
  let standIn: StandIn | null = null;
  const sides = await Promise.all(
    ["east", "west"].map(async (each): Promise<Side> => {
      const cluster = clusterNamed(lab, each);
      return { cluster, api: await KubeApi.open(cluster.kubeconfig) };
    }),
  );
  const [east, west] = sides;
  if (!east || !west) throw new Error("two sides");
  const end = async (): Promise<void> => {
    stopped.abort();
    await standIn?.stop();
    await Promise.all(sides.map(async ({ api }) => api.close()));
    await removeLab(state);
  };
  try {
    standIn = await runStandIn(lab, { timing, log, signal: stopped.signal });
    await federate(lab, start);
  } catch (error) {
    await end();
    throw error;
  }
  const client = { built, cluster: east.cluster, client: { namespace: "client", name: "curl" } };
  return { lab, start, east, west, client, said, end };
}

const federation = { apiVersion: "federation.maistra.io/v1", namespace: "istio-system" };
export const westPeer = { ...federation, kind: "ServiceMeshPeer", name: "east-mesh" } as const;
export const eastPeer = { ...federation, kind: "ServiceMeshPeer", name: "west-mesh" } as const;
export const exportSet = { ...federation, kind: "ExportedServiceSet", name: "east-mesh" } as const;
export const importSet = { ...federation, kind: "ImportedServiceSet", name: "west-mesh" } as const;
export const istiod = { apiVersion: "apps/v1", kind: "Deployment", namespace: "istio-system", name: "istiod" } as const;

/** The object as somebody would write it again. */
export function asWritten({ apiVersion, kind, metadata, spec }: LiveObject): Manifest {
  const { name, namespace = "" } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, spec: spec ?? {} };
}

export async function got(side: Side, name: ObjectName): Promise<LiveObject> {
  const object = await side.api.get(name);
  if (!object) throw new Error(`${name.kind} ${name.name} is not there`);
  return object;
}

export async function asks(world: World, host: string): Promise<Answer> {
  return ask(world.client, `http://${host}:8000/headers`, ["--max-time", "5"]);
}

/** Milliseconds until the host answers like this; fails after `timeoutMs`. */
export async function untilStatus(
  world: World,
  host: string,
  wanted: (status: number) => boolean,
  timeoutMs: number,
): Promise<number> {
  const begun = Date.now();
  for (;;) {
    const { status } = await asks(world, host);
    if (wanted(status)) return Date.now() - begun;
    if (Date.now() - begun > timeoutMs) throw new Error(`${host} still answers ${status} after ${timeoutMs} ms`);
  }
}

export const isOk = (status: number): boolean => status === 200;
export const isGone = (status: number): boolean => status !== 200;

/** Waits until the stand-in says that something happened after a moment. */
export async function untilSaid(world: World, event: string, since: number, timeoutMs: number): Promise<JsonObject> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = world.said.find((each) => each.event === event && each.at >= since);
    if (found) return found;
    if (Date.now() > end) throw new Error(`the stand-in did not say "${event}" within ${timeoutMs} ms`);
    await after(100);
  }
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** TCP exchanges from the client, each over a connection of its own. */
export async function exchanges(world: World, host: string, count: number): Promise<Counts> {
  const program = `
import socket, sys
passed = failed = 0
for _ in range(int(sys.argv[2])):
    try:
        with socket.create_connection((sys.argv[1], 9000), 3) as s:
            s.settimeout(3); s.sendall(b"x\\n"); good = s.recv(100) != b""
    except OSError: good = False
    if good: passed += 1
    else: failed += 1
print(passed, failed)`;
  const [passed = 0, failed = 0] = (await inClient(world, ["python3", "-c", program, host, String(count)]))
    .split(" ")
    .map(Number);
  return { passed, failed };
}

/** Of so many HTTP requests, each over a connection of its own from the client's proxy on, how many fail. */
export async function lostOnNewConnections(world: World, host: string, count: number): Promise<number> {
  const { api } = world.east;
  const name = { apiVersion: "networking.istio.io/v1beta1", kind: "DestinationRule", namespace: "client", name: "new" };
  const { apiVersion, kind, ...metadata } = name;
  const connectionPool = { http: { maxRequestsPerConnection: 1 } };
  await api.apply({ apiVersion, kind, metadata, spec: { host, trafficPolicy: { connectionPool } } }, "tests");
  try {
    // The proxy makes the cluster anew, and with it its connections.
    await until(
      `the rule for ${host}`,
      async () => {
        const dump = await inProxy(world, [
          "pilot-agent",
          "request",
          "GET",
          "config_dump?resource=dynamic_active_clusters",
        ]);
        return dump.includes("max_requests_per_connection") ? true : null;
      },
      { timeoutMs: 20_000, everyMs: 200 },
    );
    const loop = `for i in $(seq ${count}); do curl -s -m 5 -o /dev/null -w '%{http_code}\\n' http://${host}:8000/headers; done; true`;
    const statuses = (await inClient(world, ["sh", "-c", loop], 120_000)).split("\n");
    return statuses.filter((status) => status !== "200").length;
  } finally {
    await api.delete(name);
  }
}

async function inProxy({ client }: World, command: readonly string[]): Promise<string> {
  const where = ["--namespace", "client", "deploy/curl", "--container", "istio-proxy"];
  return (await kubectl(client.built, client.cluster, ["exec", ...where, "--", ...command])).stdout;
}

export async function inClient({ client }: World, command: readonly string[], timeoutMs = 60_000): Promise<string> {
  const where = ["--namespace", "client", "deploy/curl", "--container", "curl"];
  const { stdout } = await kubectl(client.built, client.cluster, ["exec", ...where, "--", ...command], { timeoutMs });
  return stdout.trim();
}

export async function restarted({ cluster, api }: Side, name: ObjectName): Promise<void> {
  const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
  await api.patch(name, "merge", { spec: { template: { metadata: { annotations } } } });
  await waitFor(api, name, `restarted in ${cluster.name}`, isRolledOut, 120_000);
}

/** Federation as it was at the beginning, whatever a test made of it. */
export async function mended(world: World): Promise<void> {
  const { east, west, lab, start } = world;
  for (const side of [east, west])
    for (const set of [exportSet, importSet]) await side.api.delete({ ...set, name: otherOf(side) });
  await after(2_500);
  for (const side of [east, west]) {
    await side.api.delete({ ...eastPeer, name: otherOf(side) });
    await waitForNone(side.api, { ...eastPeer, name: otherOf(side) }, 30_000);
  }
  for (const side of [east, west]) await restarted(side, istiod);
  await link(lab, start);
  for (const host of [hosts.a, hosts.b]) await untilStatus(world, host, isOk, 60_000);
}

const otherOf = ({ cluster }: Side): string => (cluster.name === "east" ? "west-mesh" : "east-mesh");
