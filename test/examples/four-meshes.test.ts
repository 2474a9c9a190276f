// The harder example: its findings and its plan are kept as text; what counts in them is asserted beside.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { valueAt } from "../../src/core/pointer.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { textOf } from "../support/seen.ts";
import { goldenTexts } from "../../tools/golden.ts";
import { afterStep } from "../support/after-step.ts";
import { planOf, readFolder, root, stepsOf } from "../support/example.ts";

const home = join(root, "examples", "four-meshes");
const config = { ...defaultConfig, waves: { ...defaultConfig.waves, canary: "batch" } };
const read = (): Promise<ClusterInput[]> =>
  Promise.all(["paris", "lyon", "oslo", "cork"].map((name) => readFolder(name, join(home, name))));
const plan = planOf(await read(), config);

function ofKind(kind: string): Json[] {
  return Object.values(plan.objects).filter((object) => isJsonObject(object) && object["kind"] === kind);
}
const hostsOf = (entry: Json): Json => valueAt(entry, "/spec/hosts") ?? null;

test.each(["inspect.txt", "check.txt", "plan.txt"])(
  "%s is as it was reviewed (npm run golden writes it)",
  async (name) => {
    expect((await goldenTexts()).get(name)).toBe(readFileSync(join(root, "test/examples/golden", name), "utf8"));
  },
);

test("nothing blocks; the host that joins a local Service is said to move in one step", () => {
  expect(plan.findings.filter(({ severity }) => severity === "block")).toEqual([]);
  expect(plan.findings.filter(({ code }) => code === "MF213").map(({ params }) => params["host"])).toEqual([
    "audit.pay.svc.cluster.local",
  ]);
});

test("every imported host is carried, the one with two homes by both", () => {
  expect(
    plan.routes.map(
      ({ host, importer, carry, backends }) => `${importer.split("/")[0]} ${host} ${carry.mode} ${backends.length}`,
    ),
  ).toEqual([
    "lyon frontend.web.svc.paris-mesh-imports.local passthrough 1",
    "oslo ledger.books.svc.cluster.local passthrough 1",
    "paris audit.pay.svc.cluster.local join-local 1",
    "paris ledger.bank.global passthrough 2",
    "paris limits.risk-api.svc.oslo-mesh-imports.local passthrough 1",
    "paris quotes.fx.svc.lyon-mesh-imports.local passthrough 1",
    "paris rates.markets.svc.cluster.local passthrough 1",
    "paris score.risk-api.svc.oslo-mesh-imports.local passthrough 1",
  ]);
});

describe("the host with two homes", () => {
  const entry = ofKind("ServiceEntry").find(
    (object) =>
      JSON.stringify(hostsOf(object)) === '["ledger.bank.global"]' &&
      valueAt(object, "/spec/subjectAltNames") !== undefined,
  );
  test("is trusted under every account of either", () => {
    expect(valueAt(entry ?? null, "/spec/subjectAltNames")).toEqual([
      "spiffe://cork.bank.example/ns/ledger/sa/ledger",
      "spiffe://lyon.bank.example/ns/ledger/sa/ledger",
      "spiffe://lyon.bank.example/ns/ledger/sa/ledger-reports",
    ]);
  });
  test("has an endpoint in each mesh, at its region", () => {
    const endpoints = ofKind("WorkloadEntry").filter((object) => JSON.stringify(object).includes("ledger.bank.global"));
    expect(
      endpoints
        .map((object) => `${textOf(valueAt(object, "/spec/network"))} ${textOf(valueAt(object, "/spec/locality"))}`)
        .sort(),
    ).toEqual(["meshferry-cork eu-west-1//", "meshferry-lyon eu-west-3//"]);
  });
});

test("each exporter opens its own imported hosts and no others", () => {
  const opened = ofKind("Gateway").flatMap((object) => {
    const servers = valueAt(object, "/spec/servers/0/hosts");
    return servers === undefined ? [] : [servers];
  });
  expect(opened.map((hosts) => (Array.isArray(hosts) ? String(hosts.length) : "none")).sort()).toEqual([
    "1",
    "1",
    "2",
    "5",
  ]);
});

/** Steps that change objects, by id. */
const changing = (of: Plan): string[] =>
  stepsOf(of)
    .filter(({ action }) => !["wait", "confirm", "restart"].includes(action.do))
    .map(({ id }) => id);

test("planning again after any change gives the changes that remain", async () => {
  let now: readonly ClusterInput[] = await read();
  let remaining = changing(plan);
  for (const step of stepsOf(plan)) {
    if (!remaining.includes(step.id)) continue;
    now = afterStep(now, plan, step);
    remaining = remaining.filter((id) => id !== step.id);
    expect(changing(planOf(now, config)), `after ${step.id}`).toEqual(remaining);
  }
  expect(remaining).toEqual([]);
}, 60_000);
