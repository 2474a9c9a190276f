// A cluster that is away in the middle of a run: its API server restarts, or nobody gets through to it for a minute.
import { describe, expect, test } from "vitest";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { systemClock } from "../../src/run/clock.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import { restartApiServer } from "../cluster/restart-api-server.ts";
import { isFull } from "./extent.ts";
import { apiProxy, type ApiProxy, isWrite } from "./live-api-proxy.ts";
import { made, type Made, runOf, troubles, withTimeouts } from "./live-made.ts";
import { type LiveResult, liveRun } from "./live-run.ts";
import { planFolder } from "./live-run-plan.ts";
import { carriedOut, leftBy, twice, undisturbed } from "./live-whole.ts";

async function expectWhole(here: Made, proxy: ApiProxy, result: LiveResult): Promise<void> {
  expect([result, troubles(result)]).toMatchObject([{ end: "finished", trouble: null }, []]);
  expect(twice(proxy)).toEqual([]);
  expect(await leftBy(here)).toEqual(await undisturbed());
}

const retried = ({ told }: LiveResult) => told.filter(({ type }) => type === "retrying").length;

const isGateway = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method === "PATCH" && path.includes("/services/meshferry-gateway");

if (isFull)
  test("an API server that is killed in the middle of an apply and started again: the same end, nothing changed twice", async () => {
    const here = await made();
    const proxy = await apiProxy(here.shared.cluster);
    const restarts: Promise<void>[] = [];
    proxy.judge = (asked) => {
      if (!isGateway(asked) || restarts.length > 0) return "pass";
      restarts.push(restartApiServer(here.shared.cluster));
      return { delayMs: 500 };
    };
    const result = await liveRun(runOf(here, proxy.kubeconfig));
    await Promise.all(restarts);
    await expectWhole(here, proxy, result);
    expect(proxy.unreached).toBeGreaterThan(0);
    expect(retried(result)).toBeGreaterThan(0);
  });

/** Nothing answers for half of the time, nobody is let in for the other. */
async function awayFor(proxy: ApiProxy, ms: number): Promise<void> {
  const half = async () => systemClock.sleep(ms / 2, new AbortController().signal);
  proxy.judge = () => "hang";
  await half();
  proxy.judge = () => "reset";
  // What hung in a network that is gone is reset by what comes back, where the wait for an answer has not ended before.
  proxy.cut();
  await half();
  proxy.judge = () => "pass";
}

describe("a cluster that is away", () => {
  // Longer than its Lease lasts without being renewed. In lab:ci both are shorter.
  const [awayMs, leaseSeconds] = isFull ? [66_000, 30] : [10_000, 6];

  test(`for ${awayMs / 1_000} s is waited for; before anything is written, the Lease is renewed`, async () => {
    const here = await made();
    const proxy = await apiProxy(here.shared.cluster);
    let before = 0;
    const outages: Promise<void>[] = [];
    proxy.judge = (asked) => {
      if (!isGateway(asked)) return "pass";
      outages.push(awayFor(proxy, awayMs).then(() => void (before = proxy.answered.length)));
      return "hang";
    };
    const result = await liveRun({ ...runOf(here, proxy.kubeconfig), leaseSeconds });
    const seen = proxy.disturbed;
    await Promise.all(outages);
    await expectWhole(here, proxy, result);
    expect(seen).toBeGreaterThan(5);
    expect(retried(result)).toBeGreaterThan(2);
    // Steps side by side have waited together: which of them writes first behind the Lease is open.
    expect(proxy.answered.slice(before).find(isWrite)?.path).toContain("/leases/meshferry");
  });

  test("for longer than a step may take stops the run, which says how to go on; the same command does", async () => {
    const here = await made();
    const plan = withTimeouts(here.plan, 4_000);
    const folder = planFolder({ "plan.json": [...planJson(plan)].join("") });
    const proxy = await apiProxy(here.shared.cluster);
    const clusters = ["--mesh", "east=context:east", "--kubeconfig", proxy.kubeconfig];
    const call = async (...more: string[]) => run(folder, ["apply", ".", "--without-rehearsal", ...clusters, ...more]);
    let isAway = false;
    proxy.judge = (asked) => {
      isAway ||= isGateway(asked);
      return isAway ? "reset" : "pass";
    };
    const stopped = await call();
    expect([stopped.code, stopped.stdout]).toEqual([1, expect.stringContaining("MF908")]);
    expect(stopped.stdout).toContain("again in");
    expect(stopped.stderr).toContain(
      "note: go on with: meshferry apply . --without-rehearsal --mesh east=context:east",
    );
    expect(proxy.disturbed).toBeGreaterThan(2);
    expect(carriedOut(proxy).length).toBeGreaterThan(3);
    proxy.judge = () => "pass";
    // The stopped run could not give its Lease back: without the flag its 30 s are waited for.
    expect(await call(...(isFull ? [] : ["--take-over"]))).toMatchObject({ code: 0 });
    expect(twice(proxy)).toEqual([]);
    expect(await leftBy(here)).toEqual(await undisturbed());
  });
});
