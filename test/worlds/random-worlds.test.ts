// Two hundred drawn worlds: nothing crashes, every object is valid, and most can be migrated as they are.
import { expect, test } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import { isJsonObject } from "../../src/core/json.ts";
import { sortedBy } from "../../src/core/order.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { fillSlots } from "../../src/target/fill-slots.ts";
import { validateObject } from "../schemas/validate-object.ts";
import { appliedObjects, planOf } from "../support/example.ts";
import { codesOf } from "../support/seen.ts";
import { slotValues } from "../support/slots.ts";
import { randomEastWest, randomWorld } from "./random-world.ts";

const worlds = 200;
const plans: readonly Plan[] = Array.from({ length: worlds }, (_, seed) =>
  planOf(randomWorld(seed), { ...defaultConfig, eastWest: randomEastWest(seed) }),
);

test("every object that any of the plans applies is valid by its schema", () => {
  const wrong = plans.flatMap((plan, seed) =>
    [...appliedObjects(plan)].flatMap(([key, object]) =>
      validateObject(isJsonObject(object) ? fillSlots(object, slotValues(plan)) : object).map(
        (message) => `world ${seed}: ${key}: ${message}`,
      ),
    ),
  );
  expect(wrong).toEqual([]);
  expect(plans.reduce((sum, plan) => sum + appliedObjects(plan).size, 0)).toBeGreaterThan(1_000);
});

test("at least sixty in a hundred worlds have no blocking finding", () => {
  const free = plans.filter(({ findings }) => findings.every(({ severity }) => severity !== "block"));
  const rows = new Map<string, number>();
  for (const { findings } of plans) for (const code of codesOf(findings)) rows.set(code, (rows.get(code) ?? 0) + 1);
  const counts = sortedBy(rows, ([code]) => code).map(([code, count]) => `${code} ${count}`);
  // The distribution is to be seen in the log of every run.
  process.stdout.write(
    `${free.length} of ${worlds} worlds without a blocking finding; worlds by code: ${counts.join(", ")}\n`,
  );
  expect(free.length).toBeGreaterThanOrEqual(0.6 * worlds);
});

test("the drawn worlds are worth the while: routes, failover, local names, policies, ways to the gateways", () => {
  const slots = new Set(plans.flatMap((plan) => plan.slots.map(({ type }) => type)));
  expect([...slots].sort()).toEqual(["addresses", "node-addresses", "node-port"]);
  const applied = plans.flatMap((plan) => [...appliedObjects(plan).keys()]);
  expect(applied.filter((key) => key.endsWith("Service./istio-ingress/eastwestgateway-istio")).length).toBeGreaterThan(
    20,
  );
  expect(
    applied.filter((key) => /Gateway.*\/istio-ingress-[a-z]+-[0-9a-f]{8}\/eastwestgateway$/u.test(key)).length,
  ).toBeGreaterThan(20);
  const routes = plans.flatMap((plan) => plan.routes);
  expect(routes.filter(({ carry }) => carry.mode !== "none").length).toBeGreaterThan(500);
  expect(routes.filter(({ host }) => host.endsWith(".svc.cluster.local")).length).toBeGreaterThan(20);
  expect(routes.filter(({ backends }) => backends.length > 1).length).toBeGreaterThan(5);
});
