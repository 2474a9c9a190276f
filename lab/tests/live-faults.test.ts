// A run whose server answers badly: refusals, resets, answers that are lost, slow, of another time, or of a state that is forgotten.
import { describe, expect, test } from "vitest";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { apiProxy, type ApiProxy, type Asked, isWatch, isWrite, type Verdict } from "./live-api-proxy.ts";
import { made, type Made, runOf, troubles } from "./live-made.ts";
import { type LiveResult, liveRun } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";
import { leftBy, twice, undisturbed } from "./live-whole.ts";

async function expectWhole(here: Made, proxy: ApiProxy, result: LiveResult): Promise<void> {
  expect([result, troubles(result)]).toMatchObject([{ end: "finished", trouble: null }, []]);
  expect(proxy.disturbed).toBeGreaterThan(3);
  expect(twice(proxy)).toEqual([]);
  expect(await leftBy(here)).toEqual(await undisturbed());
}

/** What is asked about, whatever version or page of it. */
function placeOf({ path }: Asked): string {
  return path.slice(0, path.indexOf("?"));
}

/** A dozen of the first requests about objects, in no step with what is asked; discovery is asked once in a process. */
function aDozen(verdict: Verdict): (asked: Asked) => Verdict {
  let count = 0;
  return ({ path }) => {
    if (!path.includes("/namespaces/") && !path.includes("/namespaces?")) return "pass";
    count += 1;
    return count <= 42 && (count % 7 === 0 || count % 7 === 3) ? verdict : "pass";
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
  ])("%s: the same end, nothing changed twice", async (_name, verdict) => {
    const here = await made();
    const proxy = await apiProxy(here.shared.cluster);
    proxy.judge = aDozen(verdict);
    await expectWhole(here, proxy, await liveRun(runOf(here, proxy.kubeconfig)));
  });
});

test("a cache that shows everything as it was first: a rollout that has not begun is not taken for a finished one", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const app = { apiVersion: "apps/v1", kind: "Deployment", namespace: here.world.theirs, name: "app" };
  const repeated = new Map<string, number>();
  // Each question gets its first answer once more.
  proxy.judge = (asked) => {
    if (isWrite(asked) || isWatch(asked) || asked.path.includes("/leases")) return "pass";
    const times = (repeated.get(asked.path) ?? 0) + 1;
    repeated.set(asked.path, times);
    return times <= 2 ? "stale" : "pass";
  };
  let whenDone: Promise<unknown> = Promise.resolve(null);
  const result = await liveRun(runOf(here, proxy.kubeconfig), {
    listeners: [
      (event) => {
        if (event.type === "step-ended" && event.step.includes("/restart/")) whenDone = here.shared.api.get(app);
      },
    ],
  });
  expect(await whenDone).toMatchObject({
    metadata: { generation: 2 },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  });
  await expectWhole(here, proxy, { ...result, told: [] });
});

test("a cache that hides a colleague's change: it is not written over, and found once the cache knows of it", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const plane = {
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    namespace: here.world.theirs,
    name: "basic",
  };
  let [reads, edited]: [number, Promise<unknown> | null] = [0, null];
  proxy.judge = ({ method, path }) => {
    if (!path.includes("servicemeshcontrolplanes")) return "pass";
    // Before the first write, so that all that is seen before it is old.
    if (method === "PATCH") {
      edited ??= here.shared.api.patch(plane, "merge", { spec: { version: "v2.5" } });
      return { delayMs: 300 };
    }
    reads += 1;
    return reads <= 4 ? "stale" : "pass";
  };
  const result = await liveRun(runOf(here, proxy.kubeconfig));
  expect([result.end, troubles(result)]).toMatchObject(["stopped", [{ code: "MF902", params: { parts: "/spec" } }]]);
  expect(reads).toBe(5);
  expect(await here.shared.api.get(plane)).toMatchObject({ spec: { version: "v2.5" } });
});

test("a server that has forgotten where a watch goes on from, and where a list does: 410, and the same end", async () => {
  const here = await made();
  const proxy = await apiProxy(here.shared.cluster);
  const expired = JSON.stringify({ kind: "Status", code: 410, reason: "Expired", message: "too old resource version" });
  // Pages of one object, so that lists go on.
  proxy.rewrite = (path) => path.replace("limit=500", "limit=1");
  // The first watch of each path, and a few lists: how often a watch is begun again in a run depends on how long the run takes.
  const watched = new Set<string>();
  let lists = 0;
  proxy.judge = (asked) => {
    const isFirst = isWatch(asked) && !watched.has(placeOf(asked));
    const isNext = asked.path.includes("continue=") && lists < 6;
    if (!isFirst && !isNext) return "pass";
    if (isFirst) watched.add(placeOf(asked));
    else lists += 1;
    return { status: 410, body: expired };
  };
  const folder = planFolder({ "plan.json": [...planJson(here.plan)].join("") });
  const clusters = ["--mesh", "east=context:east", "--kubeconfig", proxy.kubeconfig];
  expect(await run(folder, ["apply", ".", "--without-rehearsal", ...clusters])).toMatchObject({ code: 0, stderr: "" });
  const status = await run(folder, ["status", ".", "-o", "json", ...clusters]);
  expect([status.code, JSON.parse(status.stdout)]).toMatchObject([0, { run: { state: "finished" } }]);
  expect(lists).toBe(6);
  expect(watched.size).toBeGreaterThan(0);
  expect(twice(proxy)).toEqual([]);
  expect(await leftBy(here)).toEqual(await undisturbed());
});
