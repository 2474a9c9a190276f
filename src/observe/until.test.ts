// Waiting: by watches where objects decide, at intervals where proxies do, never longer than asked, never for what has failed.
import { describe, expect, test } from "vitest";
import { nothingPlanned, object, ref, verdictText } from "../../test/support/judged.ts";
import type { Condition } from "../conditions/condition.ts";
import type { Verdict } from "../conditions/verdict.ts";
import { clusterId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { type KubeObject, refKey } from "../core/object-ref.ts";
import { ApiFailure } from "../kube/live/api-failure.ts";
import type { ChangeEvent, ClusterClient } from "../kube/live/cluster-client.ts";
import { judgeOnce, until } from "./until.ts";

const map = ref("ConfigMap a/settings");
const app = ref("Deployment.apps a/app");
const present: Condition = { kind: "present", ref: map };
const id = clusterId("east");

/** One cluster in memory, as far as waiting needs it. */
function cluster(exec: ClusterClient["exec"] = async () => ({ stdout: "{}", stderr: "", exitCode: 0 })) {
  const objects = new Map<string, KubeObject>();
  const wakes = new Set<() => void>();
  const asked: string[] = [];
  let trouble: ApiFailure | null = null;
  const put = (of: typeof map, body: JsonObject | null): void => {
    if (body === null) objects.delete(refKey(of));
    else objects.set(refKey(of), object(of, body));
    for (const wake of wakes) wake();
  };
  const client = {
    id,
    at: "memory",
    get: async (of: typeof map) => {
      asked.push(`get ${of.name}`);
      if (trouble) throw trouble;
      return objects.get(refKey(of)) ?? null;
    },
    list: async ({ kind }: { kind: string }) => ({
      objects: [...objects.values()].filter((each) => each.ref.kind === kind),
      resourceVersion: "1",
    }),
    async *watch(_: unknown, __: unknown, signal: AbortSignal): AsyncGenerator<ChangeEvent> {
      asked.push("watch");
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          wakes.add(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        yield { type: "restarted" };
      }
    },
    exec,
  } as unknown as ClusterClient;
  return {
    world: { plan: nothingPlanned, clients: new Map([[id, client]]) },
    put,
    asked,
    fail: (failure: ApiFailure | null) => void (trouble = failure),
  };
}

const failure = (reason: ApiFailure["reason"], message: string) =>
  new ApiFailure({ reason, request: "GET /x", message });

describe("objects", () => {
  test("done at once, with one look", async () => {
    const { world, put, asked } = cluster();
    put(map, {});
    expect(await until(present, world, { timeoutMs: 1_000 })).toEqual({ is: "done" });
    expect(asked.filter((each) => each.startsWith("get"))).toEqual(["get settings"]);
  });
  test("done when it comes, which a watch says", async () => {
    const { world, put, asked } = cluster();
    const verdicts: Verdict[] = [];
    const waiting = until(present, world, { timeoutMs: 5_000, onVerdict: (verdict) => void verdicts.push(verdict) });
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Nobody asks while nothing changes.
    expect(asked.filter((each) => each.startsWith("get"))).toHaveLength(1);
    put(map, {});
    expect(await waiting).toEqual({ is: "done" });
    expect(verdicts.map(({ is }) => is)).toEqual(["pending", "done"]);
  });
  test("at the time limit, and at a signal, the last verdict", async () => {
    const { world } = cluster();
    const missing = "pending MF850: east: ConfigMap a/settings is not there.";
    const begun = performance.now();
    expect(verdictText(await until(present, world, { timeoutMs: 200 }))).toBe(missing);
    expect(performance.now() - begun).toBeLessThan(2_000);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    expect(verdictText(await until(present, world, { timeoutMs: 60_000, signal: stop.signal }))).toBe(missing);
  });
  test("what has failed is not waited for", async () => {
    const { world, put } = cluster();
    const conditions = [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }];
    put(app, { metadata: { generation: 1 }, status: { observedGeneration: 1, conditions } });
    expect(verdictText(await until({ kind: "rolled-out", ref: app }, world, { timeoutMs: 60_000 }))).toContain(
      "failed MF853",
    );
  });
  test("a server that is away is not a missing object, and is asked again", async () => {
    const { world, put, fail } = cluster();
    fail(failure("unreachable", "connection refused"));
    const absent: Condition = { kind: "absent", ref: map };
    expect(verdictText(await until(absent, world, { timeoutMs: 200 }))).toContain(
      "could not be looked at: connection refused",
    );
    put(map, {});
    fail(null);
    expect(verdictText(await judgeOnce(absent, world, AbortSignal.timeout(1_000)))).toContain("MF851");
  });
  test("a look that failed is done again, without a watch that says so; one that nobody lets in is not", async () => {
    const { world, put, fail } = cluster();
    fail(failure("unreachable", "connection refused"));
    const waiting = until(present, world, { timeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    put(map, {});
    fail(null);
    expect(await waiting).toEqual({ is: "done" });
    fail(failure("unauthorized", "Unauthorized"));
    const begun = performance.now();
    expect(verdictText(await until(present, world, { timeoutMs: 10_000 }))).toBe(
      "failed MF870: east: ConfigMap a/settings could not be looked at: the credentials are not taken (Unauthorized); log in again.",
    );
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
  test("a kind that is not installed has no objects; a cluster that was not given is not seen", async () => {
    const { world, fail } = cluster();
    fail(failure("not-installed", "no such kind"));
    expect(await until({ kind: "absent", ref: map }, world, { timeoutMs: 500 })).toEqual({ is: "done" });
    const elsewhere: Condition = { kind: "absent", ref: { ...map, cluster: clusterId("west") } };
    expect(verdictText(await until(elsewhere, world, { timeoutMs: 200 }))).toContain("no context was given for west");
  });
});

describe("proxies", () => {
  const network: Condition = { kind: "proxy-network", workload: app, network: "net" };
  const running = (put: ReturnType<typeof cluster>["put"]): void => {
    put(app, { spec: { replicas: 1, selector: { matchLabels: { app: "a" } } } });
    put(ref("Pod a/app-1"), {
      metadata: {},
      spec: { containers: [{ name: "istio-proxy" }] },
      status: { phase: "Running" },
    });
  };
  test("are asked again, since nobody can watch them", async () => {
    let now = "old";
    const { world, put } = cluster(async () => ({
      stdout: JSON.stringify({ configs: [{ bootstrap: { node: { metadata: { NETWORK: now } } } }] }),
      stderr: "",
      exitCode: 0,
    }));
    running(put);
    setTimeout(() => (now = "net"), 200);
    expect(await until(network, world, { timeoutMs: 10_000 })).toEqual({ is: "done" });
  });
  test.each([
    [
      "a program that fails",
      async () => ({ stdout: "", stderr: "no such container", exitCode: 1 }),
      "no such container",
    ],
    ["an answer that is none", async () => ({ stdout: "<html>", stderr: "", exitCode: 0 }), "is no JSON"],
    ["a refusal", async () => Promise.reject(failure("forbidden", "pods/exec")), "forbidden: pods/exec"],
  ])("%s: not seen, and never fine", async (_, exec, said) => {
    const { world, put } = cluster(exec);
    running(put);
    const text = verdictText(await until(network, world, { timeoutMs: 300 }));
    expect(text).toContain("pending MF870");
    expect(text).toContain(said);
  });
});
