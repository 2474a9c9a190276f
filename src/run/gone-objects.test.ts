// An object of ours that somebody takes away while a run waits: the wait ends at once and names it, and the next run makes it anew.
import { describe, expect, test } from "vitest";
import { MemoryFolder, runInMemory } from "../../test/live/run-in-memory.ts";
import { configMap, one, PlanBuilder, two } from "../../test/live/small-plans.ts";
import { failure, MemoryCluster } from "../../test/live/memory-cluster.ts";
import type { Condition } from "../conditions/condition.ts";
import { host, type RouteId, type StepId } from "../core/ids.ts";
import type { Finding } from "../core/finding.ts";
import { requestsFail } from "../findings/codes/conditions.ts";
import { makeStep } from "../plan/make-step.ts";
import type { Phase, Plan } from "../plan/plan.ts";
import { stepsBefore } from "./gone-objects.ts";
import type { Until } from "./run-world.ts";

const rule = "export.own-namespace";
const [shop, cart] = ["shop.local", "cart.local"].map(host);
const endpoint = configMap(two, "shop");
const reached: Condition = { kind: "reachable", probes: "all", fresh: false };

/** An endpoint for each of two hosts; then the shift, at whose gate, step or end requests must pass. */
function plan(where: "gate" | "step" | "verify"): Plan {
  const builder = new PlanBuilder();
  const made = ["shop", "cart"].map((name) => ({
    ...builder.apply("import", configMap(two, name), { to: name }),
    routes: [`east|${name}.local` as RouteId],
  }));
  const wait = makeStep({ phase: "shift", title: "see", rule, action: { do: "wait" }, done: reached });
  const after = builder.apply("retire-exports", configMap(one, "last"), {});
  const { phases, ...rest } = builder.phase("import", made).phase("retire-exports", [after]).plan();
  const shift: Phase = {
    id: "shift",
    gate: where === "gate" ? reached : { kind: "all", of: [] },
    steps: where === "step" ? [wait] : [],
    verify: where === "verify" ? ["all"] : [],
    reversible: true,
  };
  const routes = [shop, cart].map((name) => ({ id: `east|${name}` as RouteId, host: name }));
  return {
    ...rest,
    routes: routes as unknown as Plan["routes"],
    phases: [...phases.slice(0, 1), shift, ...phases.slice(1)],
  };
}

const failing = (name: string): Finding =>
  requestsFail.at([configMap(one, "client")], {
    client: "a client",
    host: name,
    port: 80,
    good: 0,
    of: 3,
    said: "503",
  });

/** Requests to the shop pass while its endpoint is there. Somebody deletes it when they are first waited for. */
function sabotaged(clusters: readonly MemoryCluster[], missing = failing("shop.local")): Until {
  return async (condition, { signal, onVerdict }) => {
    if (condition.kind !== "reachable") return { is: "done" };
    clusters[1]?.remove(endpoint);
    onVerdict({ is: "pending", seen: missing });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    });
    return { is: "pending", seen: missing };
  };
}

describe("the run stops and names the object", () => {
  test.each(["gate", "step", "verify"] as const)("at the %s", async (where) => {
    const clusters = [new MemoryCluster(one), new MemoryCluster(two)];
    const folder = new MemoryFolder();
    const ran = await runInMemory(plan(where), { clusters, folder, until: sabotaged(clusters) });
    const ended = ran.told.flatMap((event) => (event.type === "step-ended" ? [event.result] : [])).at(-1);
    const trouble = where === "step" ? ended?.state === "stopped" && ended.trouble : ran.trouble;
    expect([ran.end, trouble]).toMatchObject([
      "stopped",
      { code: "MF924", subjects: [endpoint], params: { objects: "two: ConfigMap default/shop" } },
    ]);
    expect(clusters[0]?.seen(configMap(one, "last")) ?? null).toBe(null);

    const again = await runInMemory(plan(where), { clusters, folder, until: async () => ({ is: "done" }) });
    expect(again).toMatchObject({ end: "finished" });
    expect(clusters[1]?.seen(endpoint)?.body).toMatchObject({ data: { to: "shop" } });
  });
});

describe("what is not the reason is not named", () => {
  /** The wait ends by itself with what was missing. */
  const seenAfter = async (missing: Finding, hidden = false) => {
    const clusters = [new MemoryCluster(one), new MemoryCluster(two)];
    const until: Until = async (condition, { onVerdict }) => {
      if (condition.kind !== "reachable") return { is: "done" };
      clusters[1]?.remove(endpoint);
      if (hidden && clusters[1]) clusters[1].fault = ({ verb }) => (verb === "get" ? failure("forbidden", 403) : null);
      onVerdict({ is: "pending", seen: missing });
      return { is: "pending", seen: missing };
    };
    return (await runInMemory(plan("gate"), { clusters, until })).trouble;
  };
  test("an object of another host", async () => {
    expect(await seenAfter(failing("cart.local"))).toMatchObject({ code: "MF865" });
  });
  test("an object that nobody may look at", async () => {
    expect(await seenAfter(failing("shop.local"), true)).toMatchObject({ code: "MF865" });
  });
  test("an object that is itself what is missing", async () => {
    const missing = { ...failing("elsewhere.local"), subjects: [endpoint] };
    expect(await seenAfter(missing)).toMatchObject({ code: "MF924" });
  });
});

test("of a step's own phase only what it comes after is done", () => {
  const builder = new PlanBuilder();
  const wait = (about: string, ...after: readonly StepId[]) =>
    makeStep({ phase: "import", about, title: about, rule, action: { do: "wait" }, after });
  const [first, other] = [wait("first"), wait("other")];
  const second = wait("second", first.id);
  const last = wait("last", second.id);
  const made = builder.apply("export", configMap(one, "made"), {});
  const whole = builder.phase("export", [made]).phase("import", [first, second, other, last]).plan();
  const titles = (steps: readonly { readonly title: string }[]) => steps.map(({ title }) => title);
  expect(titles(stepsBefore(whole, "import", null))).toEqual(["apply made"]);
  expect(titles(stepsBefore(whole, "import", last))).toEqual(["apply made", "second", "first"]);
});
