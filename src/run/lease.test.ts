// Leases: one holder, renewed; taken over only where nothing is renewed, by the run's own clock; lost ones stop the run.
import { describe, expect, test } from "vitest";
import { failure, MemoryCluster } from "../../test/live/memory-cluster.ts";
import { one, two } from "../../test/live/small-plans.ts";
import { valueAt } from "../core/pointer.ts";
import { HeldLease, holderOf, leaseRef } from "./lease.ts";
import { leasesOf } from "./leases.ts";
import { RunTrouble } from "./run-trouble.ts";
import type { Clock } from "./clock.ts";

/** Sleeps only as long as somebody lets time pass. */
function steppedClock() {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const clock: Clock = {
    monotonicMs: () => now,
    date: () => new Date(Date.UTC(2026, 10, 25) + now),
    sleep: async (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          signal.removeEventListener("abort", wake);
          resolve();
        };
        sleepers.push({ at: now + ms, wake });
        signal.addEventListener("abort", wake, { once: true });
      }),
  };
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end; ) {
      now += Math.min(500, end - now);
      for (const due of sleepers.filter(({ at }) => at <= now)) {
        sleepers.splice(sleepers.indexOf(due), 1);
        due.wake();
      }
      for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, pass };
}

const options = (holder: string, clock: Clock, takeOver = false) => ({
  holder,
  durationSeconds: 30,
  takeOver,
  clock,
  signal: new AbortController().signal,
  onWait: () => {},
});

const soon = (clock: Clock) => ({ deadlineMs: clock.monotonicMs() + 1_000, signal: new AbortController().signal });

const troubleOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof RunTrouble ? error.finding : error),
  );

test("it is taken, renewed, and given back", async () => {
  const { clock, pass } = steppedClock();
  const cluster = new MemoryCluster(one);
  const lease = await HeldLease.take(cluster, options("first", clock));
  const renewed = () => valueAt(cluster.seen(leaseRef(one))?.body, "/spec/renewTime");
  expect(cluster.seen(leaseRef(one))?.body).toMatchObject({
    metadata: { labels: { "app.kubernetes.io/managed-by": "meshferry" } },
    spec: {
      holderIdentity: "first",
      leaseDurationSeconds: 30,
      acquireTime: "2026-11-25T00:00:00.000000Z",
      renewTime: "2026-11-25T00:00:00.000000Z",
      leaseTransitions: 0,
    },
  });
  await pass(60_000);
  expect(renewed()).toBe("2026-11-25T00:01:00.000000Z");
  expect(await troubleOf(lease.demand(soon(clock)))).toBe(null);
  await lease.release();
  expect(cluster.seen(leaseRef(one))).toBe(null);
});

test("while its holder renews it, another run is told who that is", async () => {
  const { clock, pass } = steppedClock();
  const cluster = new MemoryCluster(one);
  await HeldLease.take(cluster, options("first", clock));
  const second = troubleOf(HeldLease.take(cluster, options("second", clock)));
  await pass(10_000);
  expect(await second).toMatchObject({ code: "MF909", params: { cluster: "one", holder: "first" } });
});

test("it is taken over once nothing has been renewed for its duration, whatever its times say", async () => {
  const { clock, pass } = steppedClock();
  const cluster = new MemoryCluster(one);
  const spec = { holderIdentity: "gone", leaseDurationSeconds: 30, renewTime: "2099-01-01T00:00:00.000000Z" };
  cluster.put(leaseRef(one), { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: {}, spec });
  let taken = false;
  const second = HeldLease.take(cluster, options("second", clock)).then(() => (taken = true));
  await pass(29_000);
  expect(taken).toBe(false);
  await pass(4_000);
  await second;
  const now = cluster.seen(leaseRef(one));
  expect([now && holderOf(now), valueAt(now?.body, "/spec/leaseTransitions")]).toEqual(["second", 1]);
});

test("--take-over waits for nothing; the one it was taken from writes no more", async () => {
  const { clock, pass } = steppedClock();
  const cluster = new MemoryCluster(one);
  const first = await HeldLease.take(cluster, options("first", clock));
  await HeldLease.take(cluster, options("second", clock, true));
  await pass(10_000);
  const lost = await troubleOf(first.demand(soon(clock)));
  expect(lost).toMatchObject({ code: "MF910", params: { why: "second has taken it" } });
});

describe("while its cluster is away", () => {
  async function away() {
    const { clock, pass } = steppedClock();
    const cluster = new MemoryCluster(one);
    const lease = await HeldLease.take(cluster, options("first", clock));
    cluster.fault = () => failure("unreachable", 0);
    await pass(15_000);
    expect(await troubleOf(lease.demand(soon(clock)))).toBe(null);
    await pass(75_000);
    let said: unknown = "nothing";
    const demanded = troubleOf(lease.demand({ ...soon(clock), deadlineMs: clock.monotonicMs() + 60_000 })).then(
      (trouble) => (said = trouble),
    );
    return { clock, pass, cluster, demanded, said: () => said };
  }

  test("nothing is written; once it is back and the Lease is renewed, the run goes on", async () => {
    const { pass, cluster, demanded, said } = await away();
    await pass(30_000);
    expect(said()).toBe("nothing");
    cluster.fault = () => null;
    await pass(2_000);
    expect(await demanded).toBe(null);
  });

  test("the run stops at its time limit, saying why", async () => {
    const { pass, demanded } = await away();
    await pass(61_000);
    const why = expect.stringMatching(/could not be renewed for 15\d s: unreachable/u) as string;
    expect(await demanded).toMatchObject({ code: "MF910", params: { why } });
  });

  test("a Lease that another run has taken meanwhile is lost", async () => {
    const { clock, pass, cluster, demanded } = await away();
    cluster.fault = () => null;
    await HeldLease.take(cluster, options("second", clock, true));
    await pass(2_000);
    expect(await demanded).toMatchObject({ code: "MF910", params: { why: "second has taken it" } });
  });
});

test("credentials that are not taken any more stop it at once, and nobody is asked for others again and again", async () => {
  const { clock, pass } = steppedClock();
  const cluster = new MemoryCluster(one);
  const lease = await HeldLease.take(cluster, options("first", clock));
  cluster.fault = () => failure("unauthorized", 401);
  const before = cluster.requests.length;
  await pass(20_000);
  expect(await troubleOf(lease.demand(soon(clock)))).toMatchObject({ code: "MF921", params: { cluster: "one" } });
  expect(cluster.requests).toHaveLength(before + 1);
});

test("of two clusters both are taken before the first write, and both given back", async () => {
  const clusters = [new MemoryCluster(one), new MemoryCluster(two)];
  const clients = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  const { clock } = steppedClock();
  const lock = leasesOf(clients, options("first", clock));
  expect(clusters.flatMap(({ requests }) => requests)).toEqual([]);
  await lock.hold([one], soon(clock));
  expect(clusters.map((cluster) => cluster.seen(leaseRef(cluster.id)) !== null)).toEqual([true, true]);
  await lock.release();
  expect(clusters.map((cluster) => cluster.seen(leaseRef(cluster.id)))).toEqual([null, null]);
});
